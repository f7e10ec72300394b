# Las páginas públicas: el inicio, el catálogo, la ayuda, los términos, las reglas y el registro.

# public/accessibility.html
accessibility-lead = Toda persona debe poder usar estas páginas, sin importar con qué vea, escriba o lea.
accessibility-aim = Lo que buscamos
accessibility-level = El nivel AA de las Pautas de Accesibilidad para el Contenido Web (WCAG) 2.2. En particular:
accessibility-keyboard = Todo funciona solo con el teclado, y el foco siempre se ve.
accessibility-heading = Cada página tiene un título principal, regiones marcadas y un enlace que salta al contenido.
accessibility-errors = Los errores aparecen al principio del formulario, llevan a su campo y dicen qué hacer. Lo que usted escribió se conserva.
accessibility-colour = Nada se indica solo con el color. El texto se puede ampliar al 200 % y las páginas caben en un teléfono.
accessibility-scripts = Nada necesita scripts, se mueve solo ni caduca sin aviso mientras usted escribe.
accessibility-missing = Lo que todavía falta
accessibility-languages = Las páginas, los correos y las cartas están en inglés y en español. Lo que consta en el registro, como un convenio tal como se firmó y la auditoría, está en inglés. El criollo haitiano está empezado; lo que le falta se lee en inglés. Puede escribirnos en cualquiera de estos idiomas.
accessibility-catalogue = Los textos del catálogo vienen de muchas fuentes y están en inglés. Algunos usan abreviaturas que no se explican.
accessibility-untested = Ninguna entidad externa ha revisado todavía estas páginas.
accessibility-trouble = ¿Algo no le funciona?
accessibility-write = Escriba a <a href="mailto:{ $email }">{ $email }</a>. Diga qué página, qué intentó y qué usa. También puede pedir papel en lugar de cualquier formulario o convenio.

# public/calendar.html
calendar-lead = Los plazos en días hábiles no cuentan los fines de semana ni estos días. Cada fecha que le damos dice qué días no contó y por qué.
calendar-closed = Las oficinas de { $city } cierran en { $year }
calendar-opened = Abiertas aunque una regla las cierra
calendar-day = Día
calendar-why = Por qué
calendar-version = Versión { $version } del calendario. Cuando cambia, se cuentan de nuevo todos los plazos abiertos y se avisa a ambas partes. El tiempo que se le dio nunca se acorta.

# public/check_agreement.html
check-lead = ¿Alguien le muestra un convenio con la ciudad? Verifique si la ciudad firmó exactamente este texto. No se revela nada más de nadie.
check-live = Auténtico y en vigor
check-live-text = La ciudad firmó exactamente este texto con el número { $number } y ahora está en vigor.
check-ended = Auténtico, pero no está en vigor
check-ended-text = La ciudad firmó exactamente este texto con el número { $number }. El convenio ya terminó.
check-unknown = No firmado por la ciudad
check-unknown-text = No hay ningún convenio firmado { $number } con este texto. Basta con que cambie una sola letra: copie el texto completo del archivo del convenio o use la huella.
check-number = Número del convenio
check-number-hint = Por ejemplo, DSA-2026-0017.
check-copy = Su texto completo o su huella
check-copy-hint = La huella tiene 64 cifras y letras; está al final del convenio. El texto es el del archivo de texto, no el de la página.
check-submit = Verificar
check-alone = Verifíquelo sin nosotros
check-alone-text = Cada convenio firmado lleva una firma Ed25519 sobre la línea “accord agreement NUMBER HASH TIME”. Esta es nuestra clave pública; compárela con la de su copia:

# public/dataset.html
dataset-live = En vivo
dataset-field = Campo
dataset-type = Tipo
dataset-meaning = Significado
dataset-sensitivity = Sensibilidad
dataset-none = Ninguna
dataset-fields = Campos
dataset-fields-hint = Diga en su solicitud por qué necesita un campo sensible. “Al combinarse” significa que, junto con otros datos, podría señalar a una persona.
dataset-asked = Lo que se puede pedir
dataset-scopes = Alcances
dataset-scope = Alcance
dataset-methods = Métodos
dataset-paths = Rutas en la puerta de acceso
dataset-elsewhere = Dónde más está
dataset-about = Acerca de este conjunto de datos
dataset-department = Departamento
dataset-questions = Preguntas a
dataset-reuse = Reutilización
dataset-reuse-asked = Todavía no hay declaración de reutilización. Se pidió el { $asked }; el departamento responde a más tardar el { $due }. <a href="/datasets/{ $slug }/reuse">Pídala usted también</a>.
dataset-reuse-none = Todavía no hay declaración de reutilización. <a href="/datasets/{ $slug }/reuse">Pídala al departamento</a>.
dataset-reuse-answered = Se pidió el { $first_asked_on } y se respondió el { $answered_on }.
dataset-source = Página de la fuente
dataset-changed = Último cambio aquí
dataset-how = Cómo obtenerlo
dataset-apply = Solicitar este conjunto de datos
dataset-terms = Lea primero los términos
dataset-eligible = Qué puede esperar antes de pedir
dataset-not-live = Todavía no hay una fuente en vivo. Ya puede presentar su solicitud; el departamento le avisa cuando fluyan los datos.
dataset-write = Escribir a { $department }
dataset-not-through = Todavía no pasa por la puerta de acceso. Vea abajo dónde más está.
dataset-records = Aun así puede pedir documentos públicos
dataset-records-ask = Pedir documentos
dataset-try = Pruébelo
dataset-with-key = Con una clave
dataset-limits = Límites
dataset-limits-address = Se cuentan por dirección.
dataset-limits-keys = Salvo que un convenio diga otra cosa. Todas las claves de un convenio los comparten.
dataset-misuse = Denunciar un uso indebido de estos datos

# public/datasets.html
datasets-words = Palabras
datasets-department = Departamento
datasets-shared = Cómo se comparte
datasets-keyword = Palabra clave
datasets-any = Todos
datasets-search = Buscar
datasets-total = <strong>{ $total }</strong> { $total ->
    [one] conjunto de datos
   *[other] conjuntos de datos
  }
datasets-found = Se { $total ->
    [one] encontró
   *[other] encontraron
  } <strong>{ $total }</strong> { $total ->
    [one] conjunto de datos
   *[other] conjuntos de datos
  }. <a href="/datasets">Mostrar todos</a>
datasets-live = En vivo
datasets-nothing = Nada coincide con todo esto
datasets-show-all = Mostrar todos los conjuntos de datos
datasets-nothing-text = Pruebe con menos palabras, con otras o con otro departamento. Si la ciudad debería tener estos datos y no están aquí, <a href="/help#contacts">escriba a un departamento</a>.
datasets-machines = El catálogo completo para programas: <a href="/data.json">data.json</a> (DCAT-US 1.1).

# public/home.html
home-lead = Tránsito, estacionamiento, aire, ruido, clima: lo que miden los sensores de la ciudad, para quienes construyen algo con ello. Una parte está abierta a todos. El resto se comparte con un convenio que dice quién puede leer qué, y la puerta de acceso lo cumple en cada llamada.
home-catalogue = Ver el catálogo
home-start = Empezar una solicitud
home-register = Crear una cuenta
home-work = Su trabajo
home-waiting = { $count ->
    [one] Una espera por usted
   *[other] { $count } esperan por usted
  }
home-how = Cómo funciona
home-find = 1. Busque datos
home-find-text = Busque en el <a href="/datasets">catálogo</a>: { $datasets } conjuntos de datos de { $departments } departamentos. Cada página dice qué significan los campos, qué tan recientes son los datos y cómo obtenerlos. Los datos abiertos no necesitan cuenta.
home-ask = 2. Solicite y firme
home-ask-text = Diga qué construye y qué datos necesita. Lea los <a href="/terms">términos</a>, revise todo en una sola página y firme. El departamento decide; usted ve en qué punto está y puede responder preguntas en todo momento.
home-call = 3. Llame con una clave
home-call-text = Cree claves para los conjuntos de datos de su convenio y llame a la puerta de acceso. Usted ve sus límites y lo que ha usado. Si algo detiene una clave, se le dice por qué y qué hacer.
home-departments = Por departamento
home-also = También aquí
home-help = Cómo funcionan las solicitudes, las claves y los límites
home-eligible = Qué puede esperar antes de pedir: sin cuenta
home-public-register = <a href="/public-register">El registro público</a>: a quién permite la ciudad leer sus datos y cómo lo decide
home-check = Verificar si la copia de un convenio es auténtica
home-kill = <a href="/keys/kill">Detener una clave que se filtró</a>, suya o de otra persona
home-machines = <a href="/data.json">El catálogo para programas</a> (DCAT-US 1.1) y la <a href="/api/docs">API</a>
home-mailbox = <a href="/demo/mailbox">El buzón de demostración</a>, con todos los correos de esta demostración

# public/kill.html
kill-lead = ¿Encontró una clave de este servicio en un lugar público o perdió la suya? Péguela aquí. Se detiene de inmediato, para todos. No necesita cuenta.
kill-key = La clave completa
kill-key-hint = No se vuelve a mostrar ni se guarda. Una clave detenida no se puede reactivar; su titular crea una nueva.
kill-submit = Detener esta clave
kill-part = ¿Solo tiene una parte?
kill-part-text = Su titular puede revocarla en la página de la clave. Si no es suya, escriba al departamento cuyos datos abre: <a href="/help#contacts">direcciones</a>.

# public/help.html
help-lead = Desde buscar datos hasta llamarlos, y qué hacer cuando algo sale mal.
help-on-page = En esta página
help-tiers = Cómo se comparten los datos
help-apply = Presentar una solicitud
help-keys = Claves y llamadas
help-trouble = Cuando se rechaza una llamada
help-decisions = Si no está de acuerdo
help-words = Palabras
help-contacts = Contactos
help-tier-0 = Nivel 0, abierto
help-tier-0-text = Sin cuenta y sin clave.
help-tier-1 = Nivel 1, clave registrada
help-tier-1-text = Una cuenta, los términos aceptados y una clave de inmediato.
help-tier-2 = Nivel 2, con condiciones
help-tier-2-text = El departamento decide y puede poner condiciones.
help-tier-3 = Nivel 3, restringido
help-tier-3-text = Se nombra a las personas, y dos personas de la ciudad deben estar de acuerdo.
help-tier-x = Nivel X, prohibido
help-tier-x-text = La ley prohíbe compartirlo.
help-choose = Elija conjuntos de datos en el <a href="/datasets">catálogo</a> y empiece una solicitud. Se guarda en cada paso; puede seguir otro día.
help-say = Diga qué construye, para quién y por qué necesita cada campo sensible. Escriba para alguien que no conoce su proyecto.
help-sign = Revise todo en una sola página, lea el texto del convenio y firme. Su firma cubre exactamente este texto.
help-decide = Cada departamento decide sobre sus propios conjuntos de datos y procura hacerlo en { $decision_days } días hábiles. Puede hacerle preguntas; respóndalas en la página de la solicitud.
help-offer = Si se aprueba como se pidió, el convenio entra en vigor. Si lleva condiciones, usted recibe una oferta que puede firmar, responder con otras condiciones o rechazar en un plazo de { $offer_days } días.
help-term = Un convenio dura { $term_months } meses, salvo que diga otra cosa. Si los términos cambian en algo importante, se le avisa { $terms_notice_days } días antes.
help-purposes = Para qué se usa
help-prohibited = Lo que ningún convenio permite
help-prefill = Enlaces con respuestas ya escritas
help-prefill-text = Un enlace al formulario puede llevar conjuntos de datos y respuestas. Se muestran como propuestas, también después de iniciar sesión o registrarse; el solicitante mira cada una y empieza el borrador. Con un enlace no se envía nada, y lo que no sirve se dice.
help-prefill-example = Un enlace así
help-prefill-names = Nombres en un enlace así
help-prefill-name = Nombre
help-prefill-question = A qué responde
help-prefill-dataset = El conjunto de datos, como se llama en su dirección; puede estar varias veces
help-prefill-copy = El identificador de una solicitud anterior propia desde la que empezar
help-key = Una clave pertenece a un solo convenio y se muestra una vez, cuando usted la crea. Envíela en un encabezado, nunca en una dirección:
help-call = Una llamada
help-token-text = Un programa que no deba llevar la clave la cambia por un token, que abre un conjunto de datos por unos minutos y se envía como una clave:
help-token = Un token
help-share = Los límites son del convenio: varias claves los comparten. Cada respuesta dice en <code>RateLimit</code> cuánto queda.
help-roll = Rote una clave para reemplazarla: la anterior funciona junto a la nueva hasta por { $overlap_days } días.
help-programs = Todo lo que usted hace en estas páginas también lo puede hacer un programa: vea la <a href="/developers/api">API para desarrolladores</a>.
help-leaked = ¿Se filtró una clave? Revóquela en su página o <a href="/keys/kill">deténgala por su texto</a> sin iniciar sesión.
help-reason = La respuesta nombra el motivo en <code>code</code>. Si muestra la clave completa, también dice qué hacer.
help-reasons = Motivos de una llamada rechazada
help-code = Código
help-means = Qué significa
help-do = Qué hacer
help-missing = No se envió ninguna clave.
help-missing-do = Envíela en el encabezado Authorization o X-Api-Key.
help-malformed = Esto no es una clave ni un token: falta un carácter o hay uno incorrecto.
help-malformed-do = Cópiela de nuevo, completa.
help-unknown = No existe esa clave.
help-unknown-do = Cree una nueva en la página de su convenio.
help-expired = La clave o el token ya terminó.
help-expired-do = Obtenga un token nuevo o cree una clave nueva.
help-suspended = La clave, el convenio o el titular está suspendido.
help-suspended-do = La página de la clave dice por qué y cómo responder.
help-ended = El convenio terminó.
help-ended-do = Presente otra solicitud con sus respuestas anteriores.
help-network = La llamada vino de una red distinta de la acordada.
help-network-do = Llame desde la red acordada o cambie las redes de la clave.
help-denied = La clave no abre esta ruta o este método.
help-denied-do = Revise los alcances de la clave y del conjunto de datos.
help-window = El convenio solo permite llamadas a ciertas horas.
help-window-do = Vuelva dentro de ese horario.
help-many = Demasiadas llamadas.
help-many-do = Espere el tiempo que dice Retry-After.
help-feed = La fuente no responde.
help-feed-do = Inténtelo más tarde; escriba al departamento si continúa.
help-letters = Cada carta que dice que no, o que sí con condiciones, da sus motivos y dos maneras de pedir que se revise. Los dos plazos corren desde el mismo día:
help-ask = <a href="/records/new">Pida documentos aquí</a>; no necesita cuenta.
help-clerk = { $clerk }: en un plazo de { $clerk_days } días.
help-state = { $state_body }: en un plazo de { $state_days } días, cuando se trata de documentos públicos.
help-scope = Alcance
help-scope-text = Un conjunto de datos y lo que se le puede pedir, como <code>parking-occupancy:read</code>.
help-item = Partida
help-item-text = Un conjunto de datos de una solicitud; lo decide su propio departamento.
help-condition = Condición
help-condition-text = Algo que el convenio agrega: un límite menor, un final, una red, un horario, campos que se omiten, una promesa.
help-schedule = Anexo
help-schedule-text = La página de un convenio para un conjunto de datos.
help-hold = Suspensión
help-hold-text = Un motivo por el que las claves no funcionan. Una clave funciona solo mientras no haya suspensión sobre ella, su convenio o su titular.
help-gate = Puerta de acceso
help-gate-text = La dirección a la que llaman los programas. Compara cada llamada con el convenio.
help-service = Sobre este servicio: <a href="mailto:{ $email }">{ $email }</a>
help-weakness = ¿Una falla de seguridad en este servicio?
help-weakness-text = Escriba a <a href="mailto:{ $email }">{ $email }</a> antes de contárselo a otros. Diga qué hizo y qué vio. Use solo sus propias cuentas y claves, no lea más de lo necesario para mostrarla y deténgase ahí: entonces la ciudad se lo agradece y no toma medidas contra usted.

# public/privacy.html
privacy-lead = Lo que este servicio guarda sobre usted, por qué y por cuánto tiempo.
privacy-look = Cuando solo mira
privacy-look-text = El registro del programa guarda la dirección desde la que vino su navegador y la página que abrió, para que el servicio funcione y sea seguro. No hay rastreo, publicidad ni nada de otros sitios. Se pueden poner tres cookies: una protege los formularios que envía, otra lleva un mensaje a la página siguiente y otra recuerda durante un año el idioma que eligió. Ninguna dice quién es usted.
privacy-account = Cuando tiene una cuenta
privacy-name = Su nombre y su correo electrónico, y su contraseña como una huella que no se puede revertir.
privacy-typed = Lo que escribe en un formulario largo se guarda en esa pestaña de su navegador, para que no se pierda si se corta la sesión. Se borra cuando envía el formulario, cierra la sesión o cierra la pestaña. Las contraseñas nunca se guardan.
privacy-session = Una cookie para su sesión. Termina cuando usted cierra la sesión, tras { $idle_minutes } minutos sin actividad o tras { $session_hours } horas.
privacy-where = Desde dónde y con qué programa inició sesión, mientras dura la sesión. Puede ver y terminar sus sesiones en la página de <a href="/account">su cuenta</a>.
privacy-apply = Cuando solicita y firma
privacy-answers = Sus respuestas, sus mensajes y las decisiones sobre ellos.
privacy-signature = Con cada firma: el texto y su huella, el nombre y el cargo que usted escribió, la hora, la dirección y el programa. La ley pide esta prueba.
privacy-audit = Quién hizo qué y cuándo, en un registro de auditoría que nadie puede cambiar.
privacy-call = Cuando llama con una clave
privacy-counts = El número de sus llamadas, por clave, conjunto de datos y resultado.
privacy-calls = Cada llamada con hora, ruta, tamaño y dirección durante { $log_days } días. Solo los auditores ven las direcciones completas.
privacy-keys = De las claves mismas solo se guarda una huella.
privacy-records = Cuando pide documentos
privacy-asked = Lo que pide, la forma de respuesta que indicó y su nombre si lo dio. Nadie pregunta por qué.
privacy-link = Un enlace privado abre la solicitud. Se crea para usted y no se guarda en ningún lugar.
privacy-rate = Cuántas solicitudes llegaron desde su dirección en una hora, si no ha iniciado sesión.
privacy-public = Documentos públicos
privacy-ask = Lo que puede pedir
privacy-ask-text = Escriba a <a href="mailto:{ $email }">{ $email }</a> para ver lo que se guarda sobre usted, corregirlo o cerrar su cuenta. Lo que forma parte de un convenio firmado o de la auditoría debe quedarse.

# public/register.html
public-register-lead = A quién permite la ciudad leer los datos de sus sensores, con qué convenios y cómo lo decide.
public-register-about = No se nombra a quienes solicitan por su cuenta: dice “Una persona particular”. Los recuentos empiezan el { $since }. Un recuento de 1 a { $most } podría señalar a alguien, por eso dice “pocos”; si un total lo revelara, otro recuento o el total mismo también dice “pocos”. El registro tiene como máximo un minuto de antigüedad.
public-register-files-label = El registro como archivos
public-register-files = Como archivos
public-register-json = Todo en JSON
public-register-csv = Para hojas de cálculo (CSV): <a href="/public-register/agreements.csv">convenios</a>, <a href="/public-register/denials.csv">denegaciones</a>, <a href="/public-register/misuse.csv">uso indebido</a>, <a href="/public-register/appeals.csv">apelaciones</a>, <a href="/public-register/records.csv">solicitudes de documentos</a>, <a href="/public-register/waits.csv">tiempo para decidir</a>
public-register-atom = Convenios nuevos y terminados como canal (Atom)
public-register-in-force = Convenios en vigor
public-register-by-dataset = Convenios en vigor, por conjunto de datos
public-register-dataset = Conjunto de datos
public-register-department = Departamento
public-register-holder = Titular
public-register-purpose = Propósito
public-register-since = Desde
public-register-until = Hasta
public-register-line = { $agreement }, nivel { $tier }
public-register-search = Buscar en los convenios vigentes
public-register-words = Palabras
public-register-words-hint = De un conjunto de datos, un departamento, un titular, una finalidad o un número de convenio
public-register-search-do = Buscar
public-register-not-found = Ningún convenio vigente tiene todas estas palabras.
public-register-all = Mostrar todos los convenios vigentes
public-register-empty = No hay ningún convenio en vigor.
public-register-few = pocos
public-register-total = Total de todo: { $total }.
public-register-waits = Cuánto tardan los departamentos
public-register-waits-text = Desde el día en que se presenta una solicitud hasta el día de la decisión sobre un conjunto de datos; la mitad de las decisiones fueron más rápidas y la mitad más lentas. Días corridos.
public-register-waits-days = Días desde la presentación hasta la decisión
public-register-decisions = Decisiones
public-register-median = Mediana
public-register-waits-none = Todavía no se ha decidido nada.
public-register-changes = Cambios más recientes
public-register-changes-none = Todavía nada.

# public/rules.html
rules-lead = Lo que el servicio observa en el uso de las claves, a partir de qué cifra y qué hace primero.
rules-about = Una regla advierte; nunca decide que alguien actuó mal. Puede informar, advertir, y limitar o suspender una clave, y nada más: solo una persona constata un incumplimiento, revoca o remite. Solo cuentan las llamadas que mostraron una clave completa y conocida, y ninguna falla del propio servicio. A quien se suspende se le dicen las cifras, lo escucha el departamento o la Secretaría, y puede <a href="/help#decisions">apelar</a>.
rules-report = ¿Vio datos de la ciudad usados contra sus términos? <a href="/report-misuse">Denúncielo</a>; no tiene que decir quién es. De una denuncia o una señal sale un caso: aviso, respuesta, decisión de alguien que no hizo la denuncia, y apelación.
rules-live = Reglas en vigor
rules-none = No hay ninguna regla en vigor.
rules-trial = Reglas a prueba
rules-trial-text = Estas anotan lo que habrían encontrado, para que el personal juzgue si las cifras son correctas. No hacen nada a nadie.
rules-version = Versión { $version } de los ajustes de la ciudad. Los programas leen lo mismo en <a href="/api/v1/rules">/api/v1/rules</a>.

# public/rules_parts.html
rules-figure = A partir de qué cifra
rules-first = Qué pasa primero
rules-silent = Después guarda silencio durante
rules-class = Clase
rules-name = Nombre

# public/terms.html
terms-lead = Lo que acepta toda persona que lee los datos de la ciudad con una clave. Cada versión se queda aquí, con su fecha y su huella.
terms-present = <a href="{ $href }">{ $title }</a>, versión { $number }, rige desde el { $effective }.
terms-none = Todavía no rige ninguna versión.
terms-announced = Anunciada
terms-coming = La <a href="{ $href }">versión { $number }</a> regirá desde el { $effective }.

# public/terms_version.html
version-binds = Rige desde el { $day }.
version-effective = Entró en vigor el { $day }.
version-brackets = Cada convenio completa las palabras entre corchetes.
version-clauses = Cláusulas
version-versions = Versiones
version-number = Versión { $number }
version-text = Este texto
version-published = Publicado el { $at }.
version-material = Los titulares de convenios vigentes tuvieron que aceptarlo de nuevo.
version-hash = SHA-256 del <a href="{ $text_href }">texto exacto</a>:

# How long decisions take.
home-median = { $days ->
    [0] La mitad de las solicitudes se decide el mismo día en que se envía.
    [one] La mitad de las solicitudes se decide en un día.
   *[other] La mitad de las solicitudes se decide en { $days } días o menos.
  }

# public/eligibility.html
eligible-lead = Elija un conjunto de datos y diga qué piensa hacer. Verá de inmediato cómo sería. No se guarda nada y no hace falta cuenta.
eligible-unknown = No hay ningún conjunto de datos “{ $slug }” en el catálogo.
eligible-found = Qué puede esperar
eligible-no-key = Datos abiertos: no hacen falta clave ni cuenta. Léalos de inmediato; solo rigen límites por dirección.
eligible-click-through = Una clave de inmediato: acepta los términos al firmar y nadie tiene que decidir.
eligible-decision = { $approvals ->
    [one] Decide un responsable del departamento, que puede añadir condiciones.
   *[other] Deben aprobarlo { $approvals } personas distintas, que pueden añadir condiciones.
  }
eligible-prohibited = La ley prohíbe una clave para estos datos: una solicitud se denegaría.
eligible-undecided = El departamento aún no ha dicho cómo se puede compartir este conjunto de datos.
eligible-records = Todavía puede <a href="{ $href }">pedir documentos existentes</a>, sin dar motivo.
eligible-hurdles = Qué lo impide
eligible-mind = Tenga en cuenta
eligible-asked = Qué se le preguntará
eligible-terms = Lea los términos antes de empezar
eligible-apply = Empezar la solicitud con estas respuestas
eligible-apply-hint = Antes inicia sesión o se registra. Sus respuestas llegan como propuestas; no se envía nada antes de que firme.
eligible-denied = Lo que suele denegarse: usos que ningún convenio puede permitir
eligible-questions = Su plan
eligible-dataset = ¿Qué datos?
eligible-who = ¿Quién es usted?
eligible-any = No lo digo
eligible-purpose = ¿Para qué?
eligible-sharing = ¿Quién más recibirá los datos?
eligible-measures = ¿Puede cumplir las medidas de seguridad?
eligible-measures-hint = Cifrado, acceso para pocos, claves en lugar seguro, borrado a tiempo.
eligible-names = ¿Puede nombrar a cada persona que los usará?
eligible-names-hint = Se pregunta solo para datos restringidos.
eligible-uses = ¿Piensa hacer algo de esto?
eligible-uses-hint = Deje todo vacío si no.
eligible-submit = Ver qué puedo esperar

dataset-sample = Una muestra para ver
datasets-frequency = Renovación
datasets-format = Formato
datasets-has = Solo
sample-live = { $count ->
    [one] Un registro
   *[other] { $count } registros
    } tal como los envió la fuente el { $at }.
sample-redacted = { $count ->
    [one] Un registro
   *[other] { $count } registros
    } del { $at }, tal como los deja pasar el perfil de ocultación <code>{ $profile }</code>.
sample-made-up = { $count ->
    [one] Un registro
   *[other] { $count } registros
    }, inventados por el departamento el { $at }. Muestran la forma de los datos y no dicen nada de nadie.
sample-records = Registros de la muestra
sample-part = Aquí se ven { $records } de { $count } registros y { $fields } de { $columns } campos. El archivo los tiene todos.
sample-download = Descargar la muestra completa en JSON ({ $count ->
    [one] un registro
   *[other] { $count } registros
    })
sample-hash = SHA-256 del archivo: <code>{ $hash }</code>
map-miles = { $count ->
    [one] Un punto
   *[other] { $count } puntos
    } en { $across } por { $along } millas, de este a oeste y de norte a sur
map-feet = { $count ->
    [one] Un punto
   *[other] { $count } puntos
    } en { $across } por { $along } pies, de este a oeste y de norte a sur
map-spot = { $count ->
    [one] Un punto
   *[other] { $count } puntos
    } en un mismo lugar
map-scale-miles = { $number } mi
map-scale-feet = { $number } pies
map-north = N
map-table = Posiciones en una tabla
map-name = Nombre
map-latitude = Latitud
map-longitude = Longitud
map-unnamed = Sin nombre
changes-announced = Anunciado como { $number } el { $at }.
changes-concerned = A quién afecta
changes-agreement = Convenio
changes-holder = Titular
changes-calls = Llamadas
changes-last = Última llamada
changes-ended = Terminado
changes-never = Ninguna

version-changes = Qué cambia respecto a la versión anterior
changes-put = añadido:
changes-taken = quitado:
changes-end = fin del cambio
changes-lead = La versión { $number } respecto a la versión { $since }: { $count ->
    [0] ninguna cláusula cambia.
    [one] cambia una cláusula.
   *[other] cambian { $count } cláusulas.
}
changes-first = Esta es la primera versión: no hay con qué compararla.
changes-binds = Entra en vigor el { $day }.
changes-material = Los titulares de convenios en vigor la aceptan de nuevo.
changes-compare = Comparar con:
changes-whole = Leer el texto completo
terms-in-english = El texto que obliga está escrito en inglés. Si necesita ayuda para leerlo, escriba al departamento.
