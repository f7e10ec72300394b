# Frases que el código dice en inglés: las páginas públicas y palabras comunes a todas.

# Titles and the catalogue.
said-p-time-covered = Período que abarca
said-p-last-changed-at-the-source = Último cambio en la fuente
said-p-identifier = Identificador
said-p-check-an-agreement = Verificar un convenio
said-p-give-the-agreements-number-such-as = Dé el número del convenio, por ejemplo DSA-2026-0017.
said-p-paste-the-agreements-text-or-the = Pegue el texto del convenio o la huella que figura en él.
said-p-sensor-data-of-the-city-of = Datos de sensores de la Ciudad de { $city }
said-p-where-each-stands-who-has-it = En qué punto está cada una, quién la tiene y qué sigue.
said-p-what-you-may-read-your-keys = Lo que puede leer, sus claves y lo que ha usado.
said-p-review-desk = Mesa de revisión
said-p-applications-for-your-departments-datasets-and = Solicitudes de los conjuntos de datos de su departamento y los convenios en vigor.
said-p-your-departments-datasets-fields-tiers-feeds = Los conjuntos de datos de su departamento: campos, niveles, fuentes y límites.
said-p-clerks-desk = Mesa de la Secretaría
said-p-what-is-due-the-next-act = Lo que vence, el siguiente paso de cada asunto, denegaciones y suspensiones.
said-p-every-act-and-who-could-read = Cada acto, y quién pudo leer qué, cuándo y con qué texto firmado.
said-p-staff-departments-terms-and-the-system = Personal, departamentos, términos y el sistema.
said-p-stop-a-leaked-key = Detener una clave filtrada
said-p-the-key-works-no-longer-its = La clave ya no funciona. Se avisa a su titular. Gracias.
said-p-this-key-had-stopped-working-before = Esta clave ya había dejado de funcionar.
said-p-public-register = Registro público
said-p-under-which-terms-may-it-be = ¿Con qué términos se puede usar?
said-p-the-department-answers-by-on-this = { $number }: el departamento responde a más tardar el { $by }, en esta página.
said-p-for-datasets-on-which-a-department = Para conjuntos de datos sobre los que decide un departamento. Pasan a ser parte de cada convenio.
said-p-for-datasets-that-need-a-key = Para conjuntos de datos que necesitan una clave pero ninguna decisión.
said-p-the-standard-terms-with-an-annex = Los términos generales con un anexo, para datos sobre personas o lugares protegidos.
said-p-version = Versión { $number }
said-p-privacy = Privacidad
said-p-accessibility = Accesibilidad
said-p-how-this-works = Cómo funciona
said-p-rule-book = Reglamento
said-p-thank-you = Gracias
said-p-api-for-developers = API para desarrolladores
said-p-demo-mailbox = Buzón de demostración

# Tiers and fields.
said-p-open = Abierto
said-p-registered-key = Clave registrada
said-p-decided-by-the-department = Lo decide el departamento
said-p-restricted = Restringido
said-p-not-shared-by-law = No se comparte por ley
said-p-the-department-has-not-decided-yet = El departamento aún no ha decidido cómo se puede compartir este conjunto de datos, así que no se puede solicitar. Escríbale y diga qué necesita.
said-p-tier-0-anybody-may-read-it = Nivel 0. Cualquiera puede leerlo, sin cuenta y sin clave.
said-p-tier-1-you-need-an-account = Nivel 1. Necesita una cuenta y una clave. Usted acepta los términos y tiene la clave de inmediato: nadie tiene que decidir.
said-p-tier-2-you-apply-and-say = Nivel 2. Usted presenta una solicitud y dice qué hará con los datos. El departamento decide y puede poner condiciones.
said-p-tier-3-the-data-says-something = Nivel 3. Los datos dicen algo sobre personas o lugares protegidos. Usted nombra a todos los que los usarán, y dos personas de la ciudad deben estar de acuerdo.
said-p-tier-x-the-law-forbids-sharing = Nivel X. La ley prohíbe compartir estos datos con un convenio. Está aquí para que usted sepa que existen.
said-p-when-joined = Al combinarse
said-p-sensitive = Sensible
said-p-never-given-out = Nunca se entrega
said-p-now-and-then = De vez en cuando
said-p-all-the-time = Continuamente
said-p-every-day = Cada día
said-p-every-years = Cada { $count } años
said-p-every-months = Cada { $count } meses
said-p-every-weeks = Cada { $count } semanas
said-p-every-days = Cada { $count } días
said-p-every-hours = Cada { $count } horas
said-p-every-minutes = Cada { $count } minutos
said-p-every-seconds = Cada { $count } segundos

# Limits.
said-p-1-call-an-hour = 1 llamada por hora
said-p-calls-a-second = { $max ->
    [one] 1 llamada
   *[other] { $max } llamadas
  } por segundo
said-p-calls-a-minute = { $max ->
    [one] 1 llamada
   *[other] { $max } llamadas
  } por minuto
said-p-calls-a-day = { $max ->
    [one] 1 llamada
   *[other] { $max } llamadas
  } por día
said-p-calls-a-minute-at-most-at = { $max } llamadas por minuto, como máximo { $burst } de una vez
said-p-calls-a-minute-2 = { $max } llamadas por minuto, { $rest }
said-p-calls-a-day-2 = { $max } llamadas por día, { $rest }
said-p-at-once = { $burst } de una vez
said-p-at-once-2 = { $burst } de una vez, { $rest }

# Where things stand.
said-p-at-most = Como máximo { $limits }

# The public register.
said-p-total = Total
said-p-too-few-to-say = Muy pocas para decirlo
said-p-decisions = Decisiones
said-p-denials = Denegaciones
said-p-datasets-refused-by-coded-reason-and = Conjuntos de datos denegados, por código de motivo y departamento. Una denegación por dos motivos cuenta en ambos.
said-p-reason = Motivo
said-p-nothing-was-refused = No se denegó nada.
said-p-misuse = Uso indebido
said-p-by-class-what-a-rule-notices = Por clase. Lo que advierte una regla no es una constatación de que alguien actuó mal.
said-p-class = Clase
said-p-nothing-was-noticed = No se advirtió nada.
said-p-appeals = Apelaciones
said-p-what-was-appealed-to-the-city = Lo que se apeló ante la Secretaría Municipal y cómo terminó.
said-p-appealed = Apelado
said-p-nothing-was-appealed = No se apeló nada.
said-p-requests-for-records = Solicitudes de documentos
said-p-public-records-asked-for-and-how = Documentos públicos que se pidieron y cómo terminó.
said-p-nothing-was-asked-for = No se pidió nada.
said-p-an-individual = Una persona particular
said-p-a-department-of-the-city = Un departamento de la ciudad
said-p-noticed-by-a-rule = Advertido por una regla
said-p-case-violation-found = Caso: incumplimiento constatado
said-p-case-dismissed = Caso: archivado
said-p-case-open = Caso: abierto
said-p-case-closed-without-a-finding = Caso: cerrado sin constatación
said-p-requests = Solicitudes
said-p-conditions = Condiciones
said-p-suspensions = Suspensiones
said-p-revoked-keys = Claves revocadas
said-p-ended-agreements = Convenios terminados
said-p-affirmed = Confirmada
said-p-modified = Modificada
said-p-in-force = { $number }: en vigor, { $holder }, { $titles }
said-p-its-term-is-over = { $number }: terminó su plazo, { $holder }, { $titles }
said-p-ended-before-its-term = { $number }: terminó antes de su plazo, { $holder }, { $titles }
said-p-replaced-by-a-newer-agreement = { $number }: reemplazado por un convenio más nuevo, { $holder }, { $titles }

# The rule book, by class of misuse.
said-p-the-holder-is-told = Se informa al titular
said-p-the-holder-is-warned = Se advierte al titular
said-p-the-key-is-suspended = Se suspende la clave
said-p-on-trial-nothing-done = A prueba: no se hizo nada
said-p-holder-told = Titular informado
said-p-holder-warned = Titular advertido
said-p-key-suspended = Clave suspendida
said-p-stopped-before-holder-warned = Detenida antes; titular advertido
said-p-open-a-case = Abrir un caso
said-p-limits = { $class } Límites
said-p-care-of-keys = { $class } Cuidado de las claves
said-p-terms = { $class } Términos
said-p-scope-and-purpose = { $class } Alcance y propósito
said-p-passing-data-on = { $class } Entrega de datos a otros
said-p-retention = { $class } Conservación
said-p-ways-around-the-agreement = { $class } Formas de eludir el convenio
said-p-reidentification = { $class } Reidentificación
said-p-prohibited-use = { $class } Uso prohibido
said-p-security-incident = { $class } Incidente de seguridad
said-p-limits-2 = { $class }, Límites
said-p-terms-2 = { $class }, Términos
said-p-retention-2 = { $class }, Conservación

# Reports of misuse.
said-p-report-misuse-of-data = Denunciar un uso indebido de datos
said-p-data-is-used-against-its-terms = Se usan datos contra sus términos
said-p-passed-on-sold-used-to-follow = Entregados a otros, vendidos, usados para seguir a personas, mostrados sin su fuente y cosas así.
said-p-personal-data-got-out = Se filtraron datos personales
said-p-something-published-or-passed-on-shows = Algo publicado o entregado muestra quién es una persona, dónde vive o dónde estuvo.
said-p-leave-the-field-homepage-empty-it = Deje vacío el campo “homepage”. Está ahí para distinguir programas de personas.
said-p-choose-what-you-report = Elija qué denuncia.
said-p-this-form-cannot-be-told-from = Este formulario no se distingue del de un programa. Envíelo otra vez; no se pierde nada de lo que escribió.
said-p-that-was-very-fast-wait-a = Fue muy rápido. Espere unos segundos y envíelo de nuevo.
said-p-the-form-lay-open-for-long = El formulario estuvo abierto mucho tiempo. Léalo otra vez y envíelo de nuevo.
said-p-there-is-no-dataset-of-this = No hay ningún conjunto de datos con este nombre corto.
said-p-choose-a-department-or-the-city = Elija un departamento o la Secretaría Municipal.
said-p-a-complaint-about-the-use-of = Llegó una queja sobre el uso de datos
said-p-urgent-a-report-that-personal-data = Urgente: llegó una denuncia de que se filtraron datos personales
said-p-waiting-to-be-looked-at = en espera de revisión
said-p-taken-up-in-a-case = retomada en un caso
said-p-set-aside = archivada
said-p-you-reported-this-yourself-somebody-else = Usted mismo lo denunció. Otra persona debe decir si se archiva.
said-p-say-why-it-is-set-aside = Diga por qué se archiva.

# Days.
said-p-monday = lunes
said-p-tuesday = martes
said-p-wednesday = miércoles
said-p-thursday = jueves
said-p-friday = viernes
said-p-saturday = sábado
said-p-sunday = domingo
said-p-observed-for = { $name } (se observa por el { $day })
said-p-new-years-day = Año Nuevo
said-p-martin-luther-king-day = Día de Martin Luther King
said-p-lincolns-birthday = Natalicio de Lincoln
said-p-washingtons-birthday = Natalicio de Washington
said-p-good-friday = Viernes Santo
said-p-memorial-day = Día de los Caídos
said-p-juneteenth-independence-day = Juneteenth, Día de la Emancipación
said-p-independence-day = Día de la Independencia
said-p-labor-day = Día del Trabajo
said-p-columbus-day = Día de Colón
said-p-thanksgiving-day = Día de Acción de Gracias
said-p-christmas-day = Navidad

# Settings of a place and of a dataset, as refused.
said-p-choose-a-day-from-days-ago = Elija un día desde hace { $days } días hasta dentro de tres años.
said-p-this-day-is-listed-as-already = Este día ya está en la lista como { $word } ({ $why }). Quítelo antes de la lista.
said-p-the-offices-are-closed-on-this = Las oficinas ya cierran ese día: { $why }.
said-p-the-offices-work-on-this-day = Las oficinas ya trabajan ese día.
said-p-list-at-most-different-days-of = Indique como máximo { $most } días distintos de la semana.
said-p-use-at-most-rules-and-listed = Use como máximo { $rules } reglas y { $days } días listados.
said-p-the-rule-of-names-a-day = La regla de { $name } nombra un día que no existe.
said-p-is-listed-both-as-closed-and = { $day } está en la lista como cerrado y como abierto.
said-p-say-in-words-what-may-be = Diga en palabras qué se puede hacer con los datos.
said-p-answered-the-statement-stands-on-the = respondida: la declaración está en la página del conjunto de datos
said-p-this-dataset-has-a-reuse-statement = Este conjunto de datos ya tiene declaración de reutilización: está en su página.
said-p-reuse-request = solicitud de reutilización
said-p-findings-of-violation = Constataciones de incumplimiento
said-p-refused-renewals = Renovaciones denegadas
said-q-what-to-expect-before-you-ask = Qué puede esperar antes de pedir
said-q-no-agreement-may-allow-this-use = Ningún convenio puede permitir este uso:
said-q-the-terms-ask-for-encryption-restricted-access-and-deletion = Los términos piden cifrado, acceso restringido y borrado a tiempo. Sin ellos, una solicitud se deniega.
said-q-restricted-data-needs-the-name-of-each-person-who = Los datos restringidos necesitan el nombre de cada persona que los usa. Sin ellos, una solicitud se deniega.
said-q-you-will-be-asked-why-you-need-each-of = Se le preguntará por qué necesita cada uno de estos campos: { $fields }.
said-q-what-you-will-use-the-data-for-and-who = Para qué usará los datos y quién se beneficia
said-q-how-many-calls-you-expect-a-day-and-at = Cuántas llamadas prevé, al día y en el momento de más uso
said-q-where-the-data-is-stored-how-it-is-protected = Dónde se guardan los datos, cómo se protegen, cuánto tiempo se guardan y cómo se borran
said-q-who-else-will-get-it-and-what-you-publish = Quién más los recibirá y qué publica
said-q-who-signs-with-name-and-title = Quién firma, con nombre y cargo
said-q-the-name-and-role-of-each-person-who-uses = El nombre y la función de cada persona que usa los datos
