# Cuentas: inicio de sesión, registro, contraseñas, sesiones; errores y el buzón de demostración.

# account/close.html
close-lead = El cierre es definitivo. Nadie puede volver a abrir la cuenta, tampoco la ciudad. La misma dirección de correo puede registrarse de nuevo más tarde, como cuenta nueva.
close-not-yet = Todavía no puede cerrar su cuenta
close-what = Qué pasa cuando la cierra
close-keys = Sus claves
close-keys-some = { $count ->
    [one] Una clave se revoca de inmediato. Las llamadas con ella se detienen con la siguiente petición.
   *[other] { $count } claves se revocan de inmediato. Las llamadas con ellas se detienen con la siguiente petición.
  }
close-keys-none = No tiene ninguna clave propia que funcione.
close-agreements = Sus convenios
close-agreements-some = { $count ->
    [one] Un convenio termina. Se avisa a los departamentos.
   *[other] { $count } convenios terminan. Se avisa a los departamentos.
  }
close-agreements-none = No tiene ningún convenio propio en vigor.
close-duties = Deberes que permanecen
close-duties-some = Todavía tiene que borrar los datos y certificarlo, también sin cuenta:
close-duty = { $number }: hasta el <time datetime="{ $at }">{ $day }</time>
close-duties-how = Envíe el certificado firmado por correo a <a href="mailto:{ $mail }">{ $mail }</a>. Si quiere firmarlo aquí, termine antes el convenio, certifique y cierre después.
close-duties-none = No debe ningún certificado de destrucción.
close-applications = Solicitudes que no han terminado
close-applications-some = Se retiran. Los borradores que nunca envió se borran.
close-applications-none = No hay ninguna.
close-requests = Solicitudes de documentos
close-requests-some = Siguen sin la cuenta. Las respuestas van a la dirección de correo de la solicitud, con un enlace privado.
close-organisation = Su organización
close-organisation-text = Usted deja { $organisation }. Lo que se hizo para ella queda con los demás miembros, a quienes se avisa.
close-erased = Qué se borra
close-erased-text = Su nombre, dirección de correo, contraseña, sesiones, tokens, preferencias y mensajes se quitan de la cuenta. Los últimos correos se borran siete días después de enviarse.
close-kept = Qué conserva el archivo
close-take-data = Quizá quiera <a href="/account/data">descargar sus datos</a> antes.
close-back = Conservar mi cuenta
close-password = Su contraseña
close-confirm = Escriba la dirección de correo de esta cuenta
close-confirm-hint = { $email }
close-submit = Cerrar mi cuenta definitivamente

# account/data.html
data-lead = Puede llevarse lo que el servicio guarda sobre usted, en un solo archivo ZIP, cuantas veces quiera.
data-in = Qué contiene
data-account = Su cuenta con sus funciones, sus sesiones y tokens, y qué correos eligió
data-applications = Sus solicitudes con cada versión que envió, las preguntas, respuestas y mensajes, y lo que se decidió
data-agreements = Sus convenios con los textos firmados y las firmas, y sus claves con sus alcances y límites
data-disputes = Sus apelaciones, solicitudes de documentos y casos de uso indebido desde el aviso
data-messages = Cartas y mensajes para usted
data-audit = Anotaciones de la auditoría: lo que usted hizo, y lo que se hizo con su cuenta y se le comunicó
data-out = Qué no contiene
data-out-text = Ninguna clave ni contraseña: solo guardamos sus huellas. Nada de lo que un departamento anota para sí. Las renovaciones, los certificados de destrucción y los archivos que entregó están en sus propias páginas; por las denuncias de uso indebido y las solicitudes de declaraciones de reutilización que envió, pregunte a la Secretaría. Si actúa por una organización, también contiene las solicitudes y los convenios de ella, como los ve en sus páginas.
data-download = Descargar mis datos
data-cancel = Cancelar

# account/forgot.html
forgot-lead = Escriba el correo electrónico de su cuenta. Le enviamos un enlace para elegir una contraseña nueva.
forgot-email = Correo electrónico
forgot-submit = Enviar el enlace
forgot-back = Volver a iniciar sesión

# account/invitation.html
invitation-and = y
invitation-lead-roles = { $name }, la Ciudad de { $city } le invita como { $roles }. Iniciará sesión como <strong>{ $email }</strong>.
invitation-lead = { $name }, la Ciudad de { $city } le invita. Iniciará sesión como <strong>{ $email }</strong>.
invitation-submit = Preparar mi cuenta

# account/link_gone.html
link-gone-lead = Ya se usó, se envió otro más nuevo, tiene más de { $hours ->
    [one] { $hours } hora
   *[other] { $hours } horas
  } o le falta una parte.
link-gone-do = Qué puede hacer
link-gone-newest = Si llegaron varios correos, abra el enlace del más reciente. Copie el enlace completo, hasta el último carácter.
link-gone-sign-in = Si ya funcionó antes: <a href="/login">inicie sesión</a>

# account/login.html
login-sent = Inicie sesión para abrir la página que pidió.
login-long = La dirección de esa página es larga y solo este formulario la conserva. Si antes crea una cuenta o elige una contraseña nueva, vuelva a abrir el enlace después.
login-cut = La dirección de la página que pidió es demasiado larga para conservarla. Inicie sesión y vuelva a abrir el enlace.
login-go-on = Continuar a la página que pidió
login-email = Correo electrónico
login-password = Contraseña
login-submit = Iniciar sesión
login-forgot = ¿Olvidó su contraseña?
login-new = ¿Es su primera vez aquí?
login-new-text = <a href="{ $register }">Cree una cuenta</a>. Para ver el <a href="/datasets">catálogo</a> no la necesita.

# account/overview.html
overview-you = Sobre usted
overview-change = Cambiar
overview-email = Correo electrónico
overview-organisation = Organización
overview-members = Miembros
overview-members-you = Usted
overview-members-text = Cada miembro ve las solicitudes, los convenios y las claves de la organización y puede actuar por ella. Solo la ciudad hace a alguien miembro o termina una membresía: escriba al departamento con el que trata.
overview-password = Contraseña
overview-not-shown = No se muestra
overview-roles = Funciones
overview-no-roles = Ninguna de la ciudad. Usted actúa por su cuenta.
overview-since = Cuenta desde
overview-change-password = Cambiar su contraseña
overview-notices = Elegir sus correos
overview-data = Descargar mis datos
overview-close = Cerrar mi cuenta
overview-where = Dónde tiene la sesión abierta
overview-where-text = Termine lo que no reconozca y luego cambie su contraseña.
overview-sessions = Sesiones
overview-program = Programa
overview-address = Dirección
overview-signed-in = Inicio de sesión
overview-used = Último uso
overview-act = Acción
overview-this = Esta
overview-sign-out = Cierre la sesión arriba
overview-end = Terminar
overview-tokens = Tokens para programas
overview-tokens-text = Un token permite que un programa suyo use la <a href="/api/docs">API</a> en su nombre. No es una clave: las claves abren datos y pertenecen a un convenio.
overview-tokens-caption = Tokens
overview-name = Nombre
overview-made = Creado
overview-ends = Termina
overview-make = Crear un token
overview-end-others = Terminar todas las demás sesiones y tokens

# account/notices.html
notices-lead = Elija qué correos recibe de inmediato, cuáles juntos una vez al día y cuáles no recibe. Todos los mensajes están en esta página, se hayan enviado por correo o no.
notices-always = Algunos correos siempre llegan de inmediato.
notices-always-text = Decisiones, ofertas, convenios y su fin, suspensiones, casos, apelaciones, solicitudes de documentos, cartas, plazos propios y lo que toca a la seguridad de su cuenta y sus claves. Un correo así tiene efecto legal o inicia un plazo en el que usted debe actuar, por eso no puede esperar.
notices-group-queue = Novedades en su bandeja
notices-about-queue = Solicitudes, respuestas, contrapropuestas, renovaciones, certificados, quejas, apelaciones y solicitudes de documentos que llegaron. Los recordatorios de plazos siguen llegando de inmediato.
notices-group-outcomes = Qué pasó con un asunto
notices-about-outcomes = Convenios que empezaron o terminaron, solicitudes retiradas, ofertas que nadie firmó. No piden nada.
notices-group-signals = Señales de las reglas contra el uso indebido
notices-group-feeds = Fuentes de datos
notices-about-feeds = Una fuente de su departamento ya no responde, vuelve a responder o envía otros campos que los declarados.
notices-about-signals = Una regla notó algo en el uso de sus datos. Lo que una regla suspende por sí sola está en la página de la clave.
notices-group-messages = Mensajes sobre sus solicitudes
notices-about-messages = Un departamento le escribió sin preguntar nada. Las preguntas siempre llegan de inmediato, porque su solicitud espera la respuesta.
notices-group-quotas = Uso de sus cuotas
notices-about-quotas = Se usó el 80 o el 100 por ciento de las llamadas de un día o de un mes.
notices-group-members = Miembros de su organización
notices-about-members = Otra persona entró o salió. Lo que toca a su propia membresía siempre llega de inmediato.
notices-digest = El correo diario sale a las { $hour } de la mañana, hora de la ciudad, con una línea y un enlace por mensaje. El día en que no hay mensajes no sale ninguno.
notices-save = Guardar
notices-cancel = Cancelar
notices-messages = Sus mensajes
notices-messages-text = Primero los más recientes, como máximo 100.
notices-caption = Mensajes para usted
notices-subject = Mensaje
notices-written = Escrito
notices-how = Correo
notices-none = Aún no hay mensajes
notices-none-text = Lo que el servicio le escriba aparecerá aquí.

# account/parts.html
account-password = Contraseña
account-password-rule = Al menos { $min } caracteres y como máximo { $max }. Varias palabras sin relación seguidas son fáciles de recordar y difíciles de adivinar. Puede usar espacios y pegar; no se piden cifras ni signos.

# account/password.html
password-lead = Al guardar terminan todas las demás sesiones y tokens, y un correo le avisa del cambio.
password-old = Contraseña actual
password-new = Contraseña nueva
password-submit = Cambiar la contraseña
password-cancel = Cancelar
password-unknown = No sé mi contraseña actual

# account/profile.html
profile-lead = Los convenios ya firmados conservan el nombre con el que se firmaron.
profile-name = Su nombre completo
profile-submit = Guardar
profile-cancel = Cancelar

# account/register.html
register-lead = Con una cuenta puede solicitar conjuntos de datos, firmar convenios y crear claves. Es gratis.
register-name = Su nombre completo
register-name-hint = Tal como firmaría. Aparece en los convenios y las cartas.
register-email = Correo electrónico
register-email-hint = Le enviamos un enlace para confirmarlo. Allí llegan también las decisiones y los avisos.
register-submit = Crear la cuenta
register-have = Ya tengo una cuenta
register-next = Qué sigue
register-next-mail = Le enviamos un enlace a su correo. Ábralo en un plazo de 24 horas.
register-next-sign-in = Inicie sesión, vea el <a href="/datasets">catálogo</a> y empiece una solicitud.
register-kept = Lo que guardamos sobre usted
register-closed = El registro está cerrado aquí
register-closed-text = La ciudad crea las cuentas. Escriba al departamento cuyos datos necesita; su dirección está en la página de cada <a href="/datasets">conjunto de datos</a>.

# account/reset.html
reset-lead = Para la cuenta de <strong>{ $email }</strong>. Todas sus sesiones terminarán.
reset-new = Contraseña nueva
reset-submit = Guardar la contraseña nueva

# account/sent.html
mail-sent-new = Enviamos un correo a la dirección que dio. Si la dirección es nueva aquí, contiene un enlace: ábralo en un plazo de { $hours ->
    [one] { $hours } hora
   *[other] { $hours } horas
  } y su cuenta estará lista.
mail-sent-lead = Si la dirección tiene una cuenta, ya va en camino un correo con un enlace. El enlace funciona una sola vez, durante { $hours ->
    [one] { $hours } hora
   *[other] { $hours } horas
  }.
mail-sent-demo = Esto es una demostración
mail-sent-demo-text = Ningún correo sale de aquí. Lea el correo en el <a href="/demo/mailbox">buzón de demostración</a>.
mail-sent-nothing = ¿No llegó nada?
mail-sent-wait = Espere unos minutos y mire en la carpeta de correo no deseado.
mail-sent-again = Revise la dirección y <a href="{ $again }">envíelo de nuevo</a>. Una dirección recibe solo unos pocos correos por hora.
mail-sent-have = Tal vez ya tenga una cuenta: <a href="/login">inicie sesión</a> o <a href="/forgot-password">elija una contraseña nueva</a>.

# account/token_made.html
token-made-token = El token “{ $label }”
token-made-copy = Cópielo ahora
token-made-copy-text = El token se muestra esta única vez. Solo guardamos una huella y no podemos mostrarlo de nuevo.
token-made-try = Pruébelo
token-made-until = Funciona hasta el { $ends }. Puede terminarlo en cualquier momento en la página de <a href="/account#tokens">su cuenta</a>.
token-made-copied = Ya lo copié

# account/token_new.html
token-new-lead = El token puede hacer todo lo que usted puede hacer. Dé a cada programa el suyo, para poder terminar uno sin los demás.
token-new-label = ¿Para qué es?
token-new-label-hint = Un nombre por el que lo reconocerá, como “informe nocturno en mi servidor”.
token-new-submit = Crear el token
token-new-cancel = Cancelar

# account/verify.html
verify-lead = Confirme que <strong>{ $email }</strong> es suyo, { $name }.
verify-submit = Confirmar mi dirección
verify-stranger = Si usted no se registró aquí, cierre esta página. Sin el botón no se puede usar ninguna cuenta.

# errors/error.html
error-changed = Qué es diferente
error-changed-caption = Campos que cambiaron mientras tanto
error-field = Campo
error-saved = Guardado ahora
error-yours = Lo suyo
error-typed = Lo que usted escribió
error-typed-text = Nada de esto se guardó. Copie lo que quiera conservar.
error-do = Qué puede hacer
error-sign-in = <a href="/login">Inicie sesión</a> y envíelo de nuevo
error-role = Si debería poder hacer esto, pida la función a un administrador de su departamento
error-search = Revise la dirección o busque en el <a href="/datasets">catálogo</a>
error-reload = Vuelva atrás, recargue la página y vea cómo están las cosas ahora
error-wait = Espere un momento y recargue la página
error-start = Ir a la página de inicio
error-request = Número de petición <code>{ $request_id }</code>

# demo/letter.html
letter-caught-to = Para
letter-caught-written = Escrito
letter-caught-all = Todo el correo
letter-caught-all-to = Todo el correo para { $to }

# demo/mailbox.html
mailbox-lead = Ningún correo sale de la demostración. Aquí está cada mensaje, con enlaces que funcionan.
mailbox-only = Solo correo para
mailbox-show = Mostrar
mailbox-caption = Mensajes, los más nuevos primero
mailbox-subject = Asunto
mailbox-to = Para
mailbox-written = Escrito
mailbox-empty = Todavía no hay correo
mailbox-register = Crear una cuenta
mailbox-empty-text = Regístrese, presente una solicitud o pida una contraseña nueva y luego vuelva.
overview-own = Lo suyo
overview-own-links = <a href="/applications">Solicitudes</a>, <a href="/agreements">convenios</a>, <a href="/appeals">apelaciones</a>, <a href="/my-cases">casos</a>, <a href="/letters">cartas</a>, <a href="/records/mine">solicitudes de documentos</a>
leave-lead = ¿No quiere recibir más correos sobre “{ $group }”?
leave-legal = Lo que tiene efectos legales siempre se envía por correo, y también todo lo relativo a la seguridad de su cuenta y sus claves.
leave-stop = Dejar de recibir estos correos
leave-keep = Seguir recibiéndolos
leave-done = Ya no recibirá correos sobre “{ $group }”. Los mensajes quedan en su página.
leave-change = Puede elegir de nuevo en <a href="/account/notices">su cuenta</a>.
