# Las páginas de los administradores.
admin-in-addresses-it-is = En las direcciones es <code>{ $slug }</code>. Eso nunca cambia, para que los enlaces sigan funcionando.
admin-name = Nombre
admin-as-it-stands-on = Tal como aparece en páginas, cartas y convenios.
admin-name-in-addresses = Nombre en las direcciones
admin-small-letters-digits-and = Letras minúsculas, cifras y guiones, como “parking-authority”. No se puede cambiar después.
admin-mail-address = Dirección de correo
admin-where-applicants-and-the = Donde le escriben los solicitantes y el público.
admin-save = Guardar
admin-cancel = Cancelar
admin-a-department-provides-datasets = Un departamento proporciona conjuntos de datos y decide quién puede tenerlos. Sus revisores y responsables se fijan en <a href="/admin/staff">personal</a>.
admin-departments = Departamentos
admin-department = Departamento
admin-make-a-department = Crear un departamento
admin-no-departments-yet = Aún no hay departamentos
admin-without-a-department-there = Sin un departamento no hay conjuntos de datos.
admin-people = Personas
admin-terms = Términos
admin-machines = Máquinas
admin-administrators-set-the-service = Los administradores configuran el servicio y lo mantienen en marcha. No deciden ninguna solicitud y no pueden leer la clave de nadie.
admin-staff-and-roles = Personal y funciones
admin-invite-a-member-of = Invitar a un miembro del personal
admin-organisations-and-their-members = Organizaciones y sus miembros
admin-every-version-of-the = Todas las versiones de los términos
admin-write-a-new-version = Escribir una versión nueva
admin-credentials-of-gate-clients = Credenciales de los clientes de la puerta de acceso
admin-outbox-mail-owed-and = Bandeja de salida: correos por enviar y enviados
admin-state-of-the-system = Estado del sistema
admin-a-mail-brings-a = Un correo lleva un enlace con el que la persona elige una contraseña. Funciona durante { $hours } horas. Quien ya tiene una cuenta recibe las funciones de inmediato.
admin-full-name = Nombre completo
admin-roles = Funciones
admin-tick-what-the-person = Marque lo que la persona necesita y nada más. Los revisores preguntan, anotan y recomiendan; los responsables deciden, suspenden y levantan. Nadie decide sobre su propia solicitud.
admin-send-the-invitation = Enviar la invitación
admin-end-the-membership-of = Poner fin a la membresía de { $name }
admin-agreements-in-force = Convenios en vigor
admin-nobody-can-act-for = Nadie puede actuar por ella
admin-members = Miembros
admin-city-roles = Funciones en la ciudad
admin-membership = Membresía
admin-disabled = Desactivada
admin-why-does-it-end = ¿Por qué termina?
admin-kept-in-the-audit = Queda en la auditoría.
admin-end-the-membership = Poner fin a la membresía
admin-no-members-yet = Aún no hay miembros
admin-bring-somebody-in = Incorporar a alguien
admin-of-an-account-that = De una cuenta confirmada.
admin-how-does-the-city = ¿Cómo lo sabe la ciudad?
admin-such-as-letter-of = Por ejemplo, “carta del decano del 20 de noviembre de 2026”. Queda en la auditoría.
admin-make-them-a-member = Hacer miembro
admin-none = No hay
admin-it-has-agreements-in = Tiene convenios en vigor y ningún miembro: nadie recibe su correo ni crea o detiene sus claves. Incorpore a alguien, o pida al departamento que ponga fin a los convenios.
admin-they-lose-sight-of = Deja de ver de inmediato lo que se hizo para la organización. Los convenios y claves de esta quedan como están, también los que esa persona firmó.
admin-bring-in-the-first = Incorpore abajo al primero. Antes necesita una cuenta.
admin-they-will-see-every = Verá cada solicitud, convenio y clave de la organización, y podrá firmar y actuar por ella. Se le avisa por correo, y también a los demás miembros.
admin-organisations = Organizaciones
admin-organisation = Organización
admin-no-organisation-has-this = Ninguna organización tiene esto en su nombre
admin-show-all = Mostrar todo
admin-no-organisations-yet = Aún no hay organizaciones
admin-as-it-calls-itself = Como se llama a sí misma, por ejemplo “Long Island Sound University”.
admin-make-the-organisation = Crear la organización
admin-members-of-an-organisation = Los miembros de una organización comparten lo que se hace para ella: solicitudes, convenios y claves. Solo la ciudad hace miembro a alguien, porque un miembro lo ve todo.
admin-search-the-organisations = Buscar en las organizaciones
admin-search = Buscar
admin-only-the-first-are = Solo se muestran los primeros. Busque un nombre para ver otros.
admin-search-for-a-part = Busque una parte del nombre, o cree la organización abajo.
admin-everybody-acts-for-themselves = Cada quien actúa solo por sí mismo hasta que usted cree una.
admin-make-an-organisation = Crear una organización
admin-waiting = En espera
admin-sent = Enviados
admin-given-up = Abandonados
admin-state = Estado
admin-any = Cualquiera
admin-messages-newest-first = Mensajes, los más recientes primero
admin-to = Para
admin-about = Sobre
admin-owed = Por enviar desde
admin-tries = Intentos
admin-no-messages-here = No hay mensajes aquí
admin-every-mail-is-owed = Cada correo se debe desde el mismo momento del acto del que avisa, y se envía después. Sus enlaces funcionan una vez y no se guardan aquí.
admin-given-up-messages-reached = Los mensajes abandonados no llegaron a nadie: vea abajo los motivos, corrija el servidor de correo o la dirección, y avise a las personas de otra manera.
admin-show = Mostrar
admin-messages-appear-as-soon = Los mensajes aparecen en cuanto alguien se registra, solicita o decide.
admin-account-since = Cuenta desde
admin-what-this-person-may = Lo que esta persona puede hacer
admin-reviewers-ask-note-and = Los revisores preguntan, anotan y recomiendan; los responsables deciden, suspenden y levantan. Un cambio vale desde la próxima página que abra la persona, y queda en la auditoría.
admin-set-these-roles = Fijar estas funciones
admin-why = ¿Por qué?
admin-enable-the-account = Activar la cuenta
admin-disable-the-account = Desactivar la cuenta
admin-this-is-your-own = Esta es su propia cuenta. Quien se quita a sí mismo la función de administrador no puede devolvérsela.
admin-all-sessions-and-tokens = Todas las sesiones y fichas de acceso terminan de inmediato. Los convenios y claves de la persona quedan como están: los suspende un departamento.
admin-the-credential-name = La credencial “{ $name }”
admin-copy-it-now = Cópiela ahora
admin-how-it-is-shown = Cómo se muestra a la puerta de acceso
admin-i-have-copied-it = La he copiado
admin-the-credential-is-shown = La credencial se muestra solo esta vez. Guardamos únicamente una huella de ella y no podemos mostrarla de nuevo.
admin-the-credential-name-5 = la credencial “{ $name }”
admin-credentials = Credenciales
admin-begins-with = Empieza por
admin-act = Acción
admin-revoked = Revocada
admin-works = Funciona
admin-revoke = Revocar
admin-no-credentials-yet = Aún no hay credenciales
admin-which-machine-will-use = Qué máquina la usará, por ejemplo “nginx en el centro de datos”.
admin-make-the-credential = Crear la credencial
admin-a-reverse-proxy-or = Un proxy inverso o un servicio de datos muestra su credencial cuando pregunta a la puerta de acceso por una clave. Dé a cada uno la suya.
admin-the-gates-own-gateway = La pasarela propia de la puerta de acceso no necesita ninguna. Cree una para un proxy que usa forward-auth, o para un servicio que verifica claves por sí mismo.
admin-make-a-credential = Crear una credencial
admin-people-with-a-role = Personas con una función
admin-every-account = Todas las cuentas
admin-name-or-mail-address = Nombre o dirección de correo
admin-who = Quién
admin-nobody-found = No se encontró a nadie
admin-show-all-staff = Mostrar todo el personal
admin-search-for-a-part-of = Busque una parte del nombre o de la dirección, o entre todas las cuentas.
admin-count-pending = { $count ->
        [one] { $count } pendiente
       *[other] { $count } pendientes
    }
admin-count-seconds-without-news = { $count } segundos sin noticias
admin-run-accord-migrate = Ejecute <code>accord migrate</code>.
admin-no-gate-runs-in = Ninguna puerta de acceso corre en este proceso. Pregunte a las propias puertas en su <code>/readyz</code>.
admin-accord-audit-verify-recomputes = <code>accord audit verify</code> recalcula toda la cadena y nombra la primera entrada que se cambió.
admin-program = Programa
admin-version = Versión
admin-profile = Perfil
admin-zone = Zona
admin-time = Hora
admin-database = Base de datos
admin-kind = Tipo
admin-migrations = Migraciones
admin-up-to-date = Al día
admin-gate = Puerta de acceso
admin-cannot-learn-of-changes = No puede enterarse de los cambios
admin-current = Actual
admin-last-looked = Última consulta
admin-refuses-after = Rechaza después de
admin-keys-known = Claves conocidas
admin-datasets-served = Conjuntos de datos servidos
admin-mail = Correo
admin-audit = Auditoría
admin-entries = Entradas
admin-hash-of-the-last = Huella de la última
admin-our-public-key = Nuestra clave pública
admin-restricted-datasets-are-refused = Los conjuntos de datos restringidos se rechazan hasta que pueda.
admin-never = Nunca
admin-look-at-them = Verlos
admin-write-a-version = Escribir una versión
admin-version-number = Versión { $number }
admin-published = Publicada
admin-takes-effect = Entra en vigor
admin-must-be-accepted-anew = Debe aceptarse de nuevo
admin-a-published-version-is = Una versión publicada nunca se cambia. Una versión nueva la reemplaza desde el día en que entra en vigor; los convenios conservan la versión con la que se firmaron.
admin-no-version-yet-applications = Aún no hay versión. Las solicitudes que necesitan estos términos no se pueden enviar.
admin-they-are-told-at = Se les avisa de inmediato y tienen { $days } días.
admin-title = Título
admin-text = Texto
admin-markdown-number-each-clause = Markdown. Numere cada cláusula en su encabezado, como en “## (4) Purpose limitation”: los avisos y las condiciones citan estos números.
admin-holders-of-running-agreements = Los titulares de convenios vigentes deben aceptarla de nuevo
admin-takes-effect-on = Entra en vigor el
admin-leave-it-empty-for = Déjelo vacío para el primer día posible.
admin-publish = Publicar
admin-words-that-are-filled = Palabras que se completan
admin-nothing-is-published-before = Nada se publica antes de que usted pulse “Publicar”. Mire primero la vista previa.
admin-by-each-agreement = De cada convenio:
admin-by-the-citys-profile = Del perfil de la ciudad, al publicar:
admin-not-delivered = No entregado
admin-send-all-again = Enviarlos todos otra vez
admin-at-most-again = De una vez se reenvían como máximo los { $count } más recientes.
admin-search-the-outbox = Buscar en la bandeja de salida
admin-to-address = A una dirección que contenga
admin-owed-from = Debido desde
admin-owed-until = Debido hasta
admin-no-message-fits = Ningún mensaje coincide
admin-show-all-messages = Mostrar todos los mensajes
admin-choose-another-state-or = Elija otro estado, tipo o día.
admin-language = Idioma
admin-next-try = Próximo intento
admin-try = Intento
admin-outcome = Resultado
admin-failed = Falló
admin-it-left = Salió
admin-not-tried-yet = Aún no se ha intentado enviarlo.
admin-send-again-now = Enviarlo otra vez ahora
admin-text-as-sent = Texto tal como se envía
admin-link-is-cut = El enlace que contiene funciona solo para su destinatario. Aquí está cortado.
admin-cannot-be-written = Este mensaje no se puede redactar.
admin-give-it-up = Desistir del envío
admin-give-up-more = No se intenta más, y no avisamos a su destinatario. Aquello de lo que informa queda como está.
admin-draft = Borrador
admin-draft-saved = Guardado por { $by }, { $at }.
admin-write-on = Seguir escribiendo
admin-look-at-the-draft = Revisarlo antes de publicar
admin-save-and-look = Guardar y revisar
admin-save-the-draft = Guardar el borrador
admin-saved-meanwhile = Guardado por { $by }, { $at }, mientras usted escribía
admin-yours-against-theirs = Lo que su texto cambia respecto al de la otra persona:
admin-their-whole-text = Todo el texto de la otra persona
admin-throw-the-draft-away = Desechar el borrador
admin-throw-away-more = Las versiones publicadas quedan como están.
admin-cannot-be-published = Este borrador aún no se puede publicar:
admin-what-publishing-does = Qué hace la publicación
admin-becomes = Pasa a ser
admin-if-published-now-material = Si se publica ahora: { $days } días de aviso, o el día que usted eligió.
admin-if-published-now = Si se publica ahora.
admin-running-agreements = Convenios en vigor con versiones anteriores
admin-count-agreements = { $count ->
    [0] Ninguno.
    [one] Un convenio.
   *[other] { $count } convenios.
}
admin-told-by-mail = { $count ->
    [0] No se avisa a nadie por correo.
    [one] Se avisa por correo a una parte, que debe aceptarlos de nuevo.
   *[other] Se avisa por correo a { $count } partes, que deben aceptarlos de nuevo.
}
admin-not-material = Conservan la versión con la que se firmaron, y no se avisa a nadie.
admin-what-it-changes = Qué cambia
admin-against = Respecto a
admin-compare = Comparar
admin-count-changed = { $count ->
    [0] Ninguna cláusula cambia.
    [one] Cambia una cláusula.
   *[other] Cambian { $count } cláusulas.
}
admin-first-version = Aún no hay ninguna versión: esta es la primera.
admin-agreement = Convenio
admin-project = Proyecto
admin-holder = Titular
admin-ends = Termina
admin-newest-only = Solo aparecen los 100 más recientes; todos se cuentan y a todos se avisa.
admin-what-holders-are-told = Qué se comunica a los titulares
admin-how-it-reads = Cómo se leería un convenio
admin-filled-in-for = Completado para
admin-newest = El más reciente
admin-as-agreement-reads = El convenio { $number } con el borrador en lugar de sus términos.
admin-no-agreement-to-fill = Ningún convenio está en vigor con estos términos. Cada convenio completa las palabras entre corchetes.
admin-the-citys-profile = El perfil de la ciudad
admin-profile-lead = Todo lo que el programa necesita saber de este lugar: leyes, plazos, calendario, departamentos, cartas, palabras y números. Es un conjunto de archivos que se lee al iniciar el programa.
admin-profile-ships = Viene con el programa.
admin-profile-folder = Es una carpeta suya.
admin-profile-checks = Comprobaciones
admin-profile-good = Todas superadas
admin-profile-faulty = Errores
admin-profile-would-not-start = Con los archivos tal como están ahora, el programa no volvería a iniciarse:
admin-profile-how = Cómo cambiarlo
admin-profile-copy = Copie la carpeta del perfil e indique la copia en <code>place.profile</code> del archivo de configuración.
admin-profile-edit = Cambie la copia y dele una nueva <code>version</code>. Compruebe antes aquí cada archivo cambiado: las comprobaciones son las mismas que al iniciar, con la línea de cada error.
admin-profile-restart = Ejecute <code>accord check-config</code> y después reinicie el programa. Lo ya decidido conserva la versión con la que se decidió.
admin-profile-check = Comprobar un archivo cambiado
admin-profile-differs = Qué difiere del perfil que viene con el programa
admin-profile-same = Nada difiere.
admin-profile-values = Todos los valores, con su lugar en profile.toml
admin-profile-top = El lugar mismo
admin-profile-from-line = Desde la línea { $line }.
admin-profile-key = Clave
admin-profile-value = Valor
admin-profile-line = Línea
admin-profile-files = Sus otros archivos
admin-profile-changed = Valores que difieren
admin-profile-before = Antes
admin-profile-after = Después
admin-profile-new = Nuevo
admin-profile-gone = Quitado
admin-check-lead = Pegue un archivo cambiado. Se comprueba como al iniciar y se compara con lo que está en vigor. No se cambia nada.
admin-check-outcome = Qué dicen las comprobaciones
admin-check-faults = El programa no se iniciaría con esto:
admin-check-good = El programa se iniciaría con esto.
admin-check-count = { $count ->
    [0] Ningún valor ni parte difiere de lo que está en vigor.
    [one] Un valor o parte difiere de lo que está en vigor.
   *[other] { $count } valores o partes difieren de lo que está en vigor.
}
admin-check-file = Qué archivo
admin-check-text = Todo su texto
admin-check-text-hint = Empieza con lo que está en vigor. Pegue el suyo encima.
admin-check-it = Comprobarlo
admin-runs-since = En marcha desde
admin-answers-in = Responde en
admin-count-ms = { $count } ms
admin-size = Tamaño
admin-disk-free = Libre en el disco
admin-free-of = { $free } de { $all }
admin-oldest-turn = Turno más antiguo
admin-backup = Copia de seguridad
admin-made = Hecha
admin-file = Archivo
admin-verified = Verificada
admin-yes-verified = Abierta y recalculada
admin-not-verified = Solo registrada
admin-no-backup = Nunca se registró una copia de seguridad.
admin-how-to-back-up = <code>accord backup --to ARCHIVO</code> hace una; <code>--recorded ARCHIVO</code> registra una hecha por otros medios.
admin-jobs = Tareas de este proceso
admin-job = Tarea
admin-last-round = Última ronda
admin-took = Duró
admin-did = Hizo
admin-at-work = Trabajando
admin-in-order = En orden
admin-to-do = Por hacer
admin-all-well = Todo está bien
admin-nothing-to-do = Nada espera a un administrador.
admin-gates = Puertas de acceso
admin-gates-say-that = Cada puerta de acceso de este almacén dice cada pocos segundos que está ahí. La que no da señales durante el triple de ese tiempo se nombra aquí un día más.
admin-last-heard = Última señal
admin-picture = Antigüedad de lo que sabe
admin-limits = Límites
admin-gate-of-this-process = la puerta de este proceso
admin-gate-alone = funciona por sí sola
admin-gate-beside-a-portal = junto a un portal
admin-runs-since-when = desde el <time datetime="{ $at }">{ $when }</time>
admin-seconds-old = { $seconds ->
    [0] menos de un segundo
    [one] un segundo
   *[other] { $seconds } segundos
 }
admin-never-learned = Nunca se enteró de nada.
admin-of-datasets = { $count ->
    [one] para un conjunto de datos
   *[other] para { $count } conjuntos de datos
 }
admin-counting-alone = los cuenta por sí sola
admin-counting-together = { $number ->
    [one] los cuenta en el registro común, sin otra puerta
   *[other] los cuentan juntas { $number } puertas
 }
admin-counting-apart = el registro común no responde: cada límite dividido entre { $number }
admin-no-gate-was-heard = Ninguna puerta de acceso dio señales en un día.
admin-checked-by-the-service = Comprobada por el servicio
admin-whole = Íntegra
admin-does-not-hold = No se sostiene
admin-up-to-entry-at = hasta la entrada { $number }, <time datetime="{ $at }">{ $when }</time>
admin-all-read-at = Leída desde la primera entrada
admin-not-checked-yet = Todavía no; se comprueba cada minuto.
