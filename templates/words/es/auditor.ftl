# Las páginas de los auditores.
auditor-act-on-subject = <code>{ $act }</code> sobre { $subject }
auditor-this-entry-was-changed = Esta entrada fue cambiada
auditor-when = Cuándo
auditor-who = Quién
auditor-acting-as = En calidad de
auditor-address = Dirección
auditor-request = Petición
auditor-reason-given = Motivo dado
auditor-hash-of-the-entry = Huella de la entrada anterior
auditor-hash-of-this-entry = Huella de esta entrada
auditor-matches-its-content = Corresponde a su contenido
auditor-its-content-does-not = Su contenido no corresponde a su huella.
auditor-check-the-chain = Verificar la cadena
auditor-what-changed = Qué cambió
auditor-neighbours = Vecinas
auditor-entry-before = Entrada anterior
auditor-entry-after = Entrada siguiente
auditor-kind-of-thing = Tipo de cosa
auditor-which-one = Cuál
auditor-app-2026-0042-dsa = APP-2026-0042, DSA-2026-0017, parking-occupancy, una dirección de correo o un id
auditor-a-story-is-everything = Una historia es todo lo que pasó con una cosa, desde su primera entrada.
auditor-find-a-story = Encontrar una historia
auditor-read-its-story = Leer su historia
auditor-every-call-of-the = Cada llamada de los últimos { $days } días. Aquí las direcciones se ven completas; todos los demás las ven recortadas.
auditor-count-ms = { $count } ms
auditor-only-of-this-kind = Solo de este tipo
auditor-number-short-name-or = Número, nombre corto o id
auditor-outcome = Resultado
auditor-any = Cualquiera
auditor-request-id = Id de la petición
auditor-from = Desde
auditor-to = Hasta
auditor-calls-newest-first = Llamadas, las más recientes primero
auditor-key = Clave
auditor-call = Llamada
auditor-sent = Enviado
auditor-time = Tiempo
auditor-no-call-fits = Ninguna llamada corresponde
auditor-show-the-newest = Mostrar las más recientes
auditor-no-calls-yet = Aún no hay llamadas
auditor-search-the-access-log = Buscar en el registro de acceso
auditor-search = Buscar
auditor-none = Ninguna
auditor-download-these-calls-as = Descargar estas llamadas como CSV
auditor-at-most-20-000 = (como máximo 20,000 filas)
auditor-choose-another-outcome-or = Elija otro resultado o un período más largo.
auditor-calls-appear-here-within = Las llamadas aparecen aquí en uno o dos segundos.
auditor-entries = Entradas
auditor-stories = Historias
auditor-use-of-the-gate = Uso de la puerta de acceso
auditor-access-log = Registro de acceso
auditor-part = Parte
auditor-before = Antes
auditor-after = Después
auditor-pages-of-the-audit = Páginas de la auditoría
auditor-nothing = Nada
auditor-at-most-count-rows = (como máximo { $count } filas)
auditor-words = Palabras
auditor-in-act-subject-name = En acto, objeto, nombre o motivo
auditor-act = Acto
auditor-whole-or-its-beginning = Completo, o su comienzo, como “key.”
auditor-its-number-short-name = Su número, nombre corto, dirección de correo o id
auditor-entries-newest-first = Entradas, las más recientes primero
auditor-no = N.º
auditor-subject = Objeto
auditor-reason = Motivo
auditor-no-entry-fits = Ninguna entrada corresponde
auditor-nothing-has-happened-yet = Aún no ha pasado nada
auditor-search-the-audit = Buscar en la auditoría
auditor-download-these-entries-as = Descargar estas entradas como CSV
auditor-use-fewer-words-or = Use menos palabras, o un período de días más largo.
auditor-every-act-leaves-an = Cada acto deja una entrada aquí.
auditor-entry-number-on-subject = <a href="/audit/entries/{ $number }">Entrada { $number }</a> sobre { $subject }
auditor-also-touched = También afectado
auditor-the-agreement-as-staff = El convenio como lo ve el personal
auditor-calls-in-the-access = Llamadas en el registro de acceso
auditor-entries-as-csv = Entradas como CSV
auditor-what-happened = Qué pasó
auditor-only-the-newest-500 = Solo se muestran las 500 entradas más recientes.
auditor-read-all-of-them = Leerlas todas en la búsqueda
auditor-no-entry-names-it = Ninguna entrada la nombra todavía.
auditor-what-was-written = Qué se escribió
auditor-nothing-else = Nada más.
auditor-from-firstday-to-lastday = Del <time datetime="{ $first }">{ $firstday }</time> al <time datetime="{ $last }">{ $lastday }</time>, días de la ciudad.
auditor-one-row-for-each = Una fila para cada
auditor-calls = Llamadas
auditor-refused-or-failed = Rechazadas o fallidas
auditor-share = Proporción
auditor-let-through = Admitidas
auditor-mean-time = Tiempo medio
auditor-no-calls-in-these = No hay llamadas en estos días
auditor-choose-what-is-counted = Elija qué se cuenta
auditor-show = Mostrar
auditor-download-this-table-as = Descargar esta tabla como CSV
auditor-choose-a-longer-range = Elija un período más largo, o cuente todo en lugar de una sola cosa.
auditor-checked-when = Verificada el <time datetime="{ $at }">{ $when }</time>.
auditor-checked-when-keep-the = Verificada el <time datetime="{ $at }">{ $when }</time>. Deje la base de datos como está y avise al administrador.
auditor-the-same-check-without = La misma verificación sin navegador: <code>accord audit verify</code>.
auditor-the-chain-is-whole = La cadena está completa
auditor-the-chain-is-broken = La cadena está rota
auditor-head = Cabeza
auditor-signature-of-the-head = Firma de la cabeza
auditor-public-key-ed25519 = Clave pública (Ed25519)
auditor-a-head-kept-elsewhere = Una cabeza guardada en otro lugar
auditor-from-an-earlier-visit = De una visita anterior o de una publicación. La cadena aún debe contenerla.
auditor-every-entry-carries-a = Cada entrada lleva una huella sobre la anterior. Un cambio, un hueco u otro orden se ve en la primera entrada errónea.
auditor-check-every-entry = Verificar cada entrada

# Quién podía leer (readers.html, request.html).
readers-title = Quién podía leer
readers-lead = Qué claves podían leer un conjunto de datos en un día del pasado, con qué texto firmado, quién lo había aprobado y qué lo impedía. La respuesta sale de los asientos de la cadena: es la de entonces y no la de ahora.
readers-ask = Preguntar quién podía leer
readers-dataset = Conjunto de datos
readers-dataset-hint = Nombre corto, como parking-occupancy, o identificador
readers-day = Día
readers-to = Último día
readers-time = A esta hora
readers-time-hint = Hora de la ciudad, como 14:30. Sin ella se responde por todo el día.
readers-show = Mostrar
readers-at = El <time datetime="{ $at }">{ $when }</time>.
readers-between = Del <time datetime="{ $from }">{ $first }</time> al <time datetime="{ $until }">{ $last }</time>.
readers-dataset-story = La historia del conjunto de datos
readers-open-title = Abierto a todos
readers-open = En este tiempo, o en una parte, no hacía falta clave.
readers-cut = Hay más convenios de los que se muestran aquí. Elija un tiempo más corto.
readers-count = { $keys ->
    [one] Una clave podía leer
   *[other] { $keys } claves podían leer
}, { $agreements ->
    [one] un convenio estaba en vigor.
   *[other] { $agreements } convenios estaban en vigor.
}
readers-csv = Descargar esta respuesta como CSV
readers-none-title = Nadie podía leer con una clave
readers-none = Ningún convenio sobre este conjunto de datos estaba en vigor en ese momento.
readers-yes = Podía leer
readers-no = No podía leer
readers-holder = Titular
readers-text = Texto firmado
readers-read-text = El convenio con su texto
readers-terms = Obligado por
readers-signed = Términos { $terms }, firmados por { $by }, <time datetime="{ $at }">{ $when }</time>
readers-approved = Aprobado
readers-how-terms = Al aceptar los términos, sin decisión:
readers-how-first = Como la primera de dos personas:
readers-how-asked = Tal como se pidió:
readers-how-conditions = Con condiciones:
readers-how-renewal = Al confirmar la renovación:
readers-entry = asiento { $number }
readers-no-approval = Ningún asiento habla de una aprobación
readers-allows = Permite
readers-in-force = En vigor
readers-holds = Suspensiones
readers-lifted = levantada por { $by }, <time datetime="{ $at }">{ $when }</time>
readers-keys-of = Claves de { $number }
readers-could = Podía leer
readers-could-not = No podía, porque
readers-from-where = Desde las redes
readers-anywhere = Cualquiera
readers-why-no-agreement = El convenio no estaba en vigor.
readers-why-no-key = La clave aún no existía o ya había terminado.
readers-why-no-scope = La clave no abría este conjunto de datos.
readers-why-not-served = El conjunto de datos no se servía.
readers-why-held = Suspendida.
readers-no-keys = No tenía claves.
readers-key-story = La historia de la clave
readers-agreement-story = La historia del convenio
readers-call-no-agreement = El convenio de esta clave no estaba en vigor para este conjunto de datos en ese momento.
readers-clause = La cláusula que la permitió
readers-clause-refused = La cláusula con la que se comparó
readers-call-others = Quién más podía leer este conjunto de datos entonces
readers-no-call-title = Ninguna llamada con este identificador
readers-no-call = El registro de accesos guarda { $days } días. Las solicitudes a las páginas dejan asientos y ninguna línea.
readers-request-entries = Asientos que dejó esta solicitud

# El explorador de uso (usage.html).
explorer-order = En orden de
explorer-narrow = Solo una parte de las llamadas
explorer-id = Su identificador
explorer-number = Su número, como DSA-2026-0017, o identificador
explorer-mail = Su correo o identificador
explorer-name = Su nombre o identificador
explorer-short = Su nombre corto o identificador
explorer-agreement = Convenio
explorer-holder = Titular
explorer-organisation = Organización
explorer-department = Departamento
explorer-operation = Operación
explorer-from-hour = Desde la hora
explorer-to-hour = Hasta el fin de la hora
explorer-whole-days = Días enteros
explorer-without = Quitar este filtro
explorer-more = Historia
explorer-others = { $count ->
    [one] Uno más
   *[other] { $count } más
}
explorer-curve-hour = Llamadas por hora, como máximo { $most }; las rechazadas o fallidas en otro color
explorer-curve-day = Llamadas por día, como máximo { $most }; las rechazadas o fallidas en otro color
explorer-curve-month = Llamadas por mes, como máximo { $most }; las rechazadas o fallidas en otro color
explorer-bar = { $at }: { $calls } llamadas, { $refused } rechazadas o fallidas

# Conjuntos de pruebas (find.html, story.html, readers.html).
bundle-title = Pruebas para entregar
bundle-lead = La historia de una solicitud, un convenio o una clave, y cada respuesta a quién podía leer, se puede descargar como ZIP: textos firmados, cartas, pruebas de las firmas, suspensiones, uso y asientos de la cadena, con la huella de cada archivo y la cabeza firmada. Descargarlo deja un asiento.
bundle-take = Descargar las pruebas como ZIP
bundle-of-case = Caso de uso indebido
bundle-case-hint = Su número, como CASE-2026-0001

# Tablas enteras (exports.html).
exports-title = Tablas enteras
exports-lead = Una tabla de cualquier longitud. Una corta se puede descargar en seguida; una larga es mejor prepararla en segundo plano. Ambas cosas dejan un asiento. Aquí el registro de accesos muestra las direcciones enteras.
exports-what = Qué
exports-format = Formato
exports-days = Días de la ciudad; sin ellos, todo. Los convenios y las claves son los de ahora.
exports-take = Descargarla ahora
exports-make = Prepararla
exports-which = Lo que se prepara en segundo plano sigue aunque usted salga de esta página. El archivo se guarda { $days ->
    [one] un día
   *[other] { $days } días
}, solo para usted.
exports-refreshes = Esta página se actualiza cada cinco segundos mientras se prepara una exportación.
exports-still = Detener eso y pedir otra
exports-mine = Sus exportaciones
exports-asked = Pedida
exports-state = Estado
exports-file = Archivo
exports-since = desde el { $day }
exports-until = hasta el { $day }
exports-download = Descargar
exports-made = { $rows ->
    [one] una fila
   *[other] { $rows } filas
}
exports-kept-until = Se guarda hasta
exports-was-kept-until = Se guardó hasta
exports-none = Todavía no hay exportaciones
exports-none-yet = Lo que usted haga preparar aparece aquí, con hasta dónde llegó.
exports-terminal = En una terminal: <code>accord export entries --format ndjson --out FILE</code>, que muestra hasta dónde llegó.
exports-hash = SHA-256
unusual-title = Uso inusual
unusual-lead = Lo que ninguna regla del reglamento trata, pero que alguien puede querer mirar. Cada clave se compara con su propio pasado; nadie queda acusado de nada por aparecer aquí.
unusual-narrow = Elegir días y un departamento
unusual-when = Cuándo
unusual-department = Datos del departamento
unusual-all-departments = Todos los departamentos
unusual-show = Mostrar
unusual-signals = Señales que esperan a alguien
unusual-no-signals = No espera ninguna señal del reglamento.
unusual-all-signals = Todas las señales
unusual-what = Qué es inusual
unusual-kind = Tipo
unusual-of = Clave y convenio
unusual-further = Ver más
unusual-explore = Llamadas en el explorador
unusual-case = Abrir un caso
unusual-days = Días fuera de lo común, { $from } a { $to }
unusual-days-caption = Días fuera de lo común
unusual-no-days = Ningún día fuera de lo común
unusual-no-days-more = Cada clave hizo lo que suele hacer. Elija más días para mirar más atrás.
unusual-left = { $count ->
    [one] Hay una más que no se muestra. Elija menos días o un departamento.
   *[other] Hay { $count } más que no se muestran. Elija menos días o un departamento.
}
unusual-resting = Claves y convenios en reposo
unusual-no-resting = Todas las claves se usan y todos los convenios tienen llamadas.
unusual-how = Cómo se encuentra esto
unusual-how-days = Un día está fuera de lo común con más de cinco veces las llamadas de los días habituales y al menos 500, con la mitad de al menos 100 llamadas rechazadas o fallidas, o con al menos 50 llamadas de las que algunas caen en horas en que la clave no llamó en las cuatro semanas anteriores. Lo habitual es la mediana de los días con llamadas en las cuatro semanas anteriores; con menos de siete de esos días nada es habitual todavía.
unusual-how-resting = Una clave está en reposo cuando nadie la usó en los 30 días después de crearla. Un convenio está en reposo cuando no hubo ninguna llamada durante 60 días.
auditor-on-access-log = el registro de acceso, { $name }
auditor-on-account = la cuenta { $name }
auditor-on-agreement = el convenio { $name }
auditor-on-appeal = la apelación { $name }
auditor-on-application = la solicitud { $name }
auditor-on-backup = la copia de seguridad { $name }
auditor-on-bundle = el paquete de pruebas { $name }
auditor-on-calendar = el calendario { $name }
auditor-on-case = el caso { $name }
auditor-on-complaint = la denuncia { $name }
auditor-on-dataset = el conjunto de datos { $name }
auditor-on-department = el departamento { $name }
auditor-on-destruction = el certificado de destrucción { $name }
auditor-on-export = la exportación { $name }
auditor-on-hold = la suspensión { $name }
auditor-on-import = la importación { $name }
auditor-on-key = la clave { $name }
auditor-on-letter = la carta { $name }
auditor-on-login = el inicio de sesión { $name }
auditor-on-message = el mensaje { $name }
auditor-on-organisation = la organización { $name }
auditor-on-pause = la pausa { $name }
auditor-on-records-request = la solicitud de documentos { $name }
auditor-on-renewal = la renovación { $name }
auditor-on-replay = repetición de una regla { $name }
auditor-on-reuse-request = el pedido de declaración de reutilización { $name }
auditor-on-service = la credencial de servicio { $name }
auditor-on-signal = la señal { $name }
auditor-on-terms = los términos { $name }
auditor-on-token-key = la clave que firma tokens { $name }
auditor-on-thing = { $name }
