# Frases que el código dice en inglés: cuentas, personas y organizaciones.
said-a-create-an-account = Crear una cuenta
said-a-your-full-name = Su nombre completo
said-a-type-the-password-again-it-is = Escriba otra vez la contraseña: no se guarda.
said-a-look-into-your-mail = Revise su correo
said-a-sign-in = Iniciar sesión
said-a-choose-a-new-password-by-mail = Elegir una contraseña nueva por correo
said-a-you-are-signed-out = Cerró la sesión.
said-a-forgot-your-password = ¿Olvidó su contraseña?
said-a-register-again-for-a-new-link = Regístrese otra vez para recibir un enlace nuevo
said-a-ask-for-a-new-link = Pida un enlace nuevo
said-a-ask-the-administrator-who-invited-you = Pida una invitación nueva al administrador que le invitó
said-a-this-link-does-not-work-any = Este enlace ya no funciona
said-a-confirm-your-mail-address = Confirme su correo electrónico
said-a-choose-a-new-password = Elija una contraseña nueva
said-a-welcome-choose-your-password = Bienvenido: elija su contraseña
said-a-your-mail-address-is-confirmed-sign = Su correo electrónico está confirmado. Inicie sesión para seguir.
said-a-your-password-is-changed-and-every = Su contraseña cambió y se terminaron todas las sesiones. Inicie sesión con la contraseña nueva.
said-a-your-account-is-ready-sign-in = Su cuenta está lista. Inicie sesión con su correo y la contraseña que acaba de elegir.
said-a-your-account = Su cuenta
said-a-change-your-name = Cambiar su nombre
said-a-change-your-password = Cambiar su contraseña
said-a-make-a-token-for-a-program = Crear un token para un programa
said-a-chrome-on = Chrome en { $system }
said-a-safari-on = Safari en { $system }
said-a-a-program-without-a-name = Un programa sin nombre
said-a-your-password-is-changed-every-other = Su contraseña cambió. Se terminaron todas las demás sesiones.
said-a-it-is-ended-and-works-no = Se terminó y ya no funciona.
said-a-there-was-no-other-session-or = No había otra sesión ni otro token.
said-a-one-other-session-or-token-was = Se terminó otra sesión u otro token.
said-a-other-sessions-and-tokens-were-ended = Se { $count ->
    [one] terminó 1 sesión o token
   *[other] terminaron otras { $count } sesiones y tokens
  }.
said-a-your-new-token = Su token nuevo
said-a-what-is-it-for = ¿Para qué es?
said-a-registration-is-closed-here-ask-the = El registro está cerrado aquí; pregunte a la ciudad.
said-a-only-the-city-may-go-by = Solo la ciudad puede usar este nombre o uno parecido. Dé el suyo.
said-a-too-many-wrong-passwords-reset-your = Demasiadas contraseñas incorrectas. Restablezca su contraseña por correo.
said-a-end-some-of-your-sessions-or = Termine antes algunas de sus sesiones o tokens.
said-a-this-is-not-your-present-password = Esta no es su contraseña actual.
said-a-use-at-least-characters-several-words = Use al menos { $least } caracteres. Varias palabras seguidas son fáciles de recordar.
said-a-use-at-most-characters = Use como máximo { $most } caracteres.
said-a-this-password-is-common-or-easy-2 = Esta contraseña es común o fácil de adivinar. { $why } Elija palabras sin relación.
said-a-the-email-address-or-the-password = El correo electrónico o la contraseña no es correcto.
said-a-this-link-is-not-valid-was = Este enlace no es válido, ya se usó o es demasiado antiguo. Pida uno nuevo.

# Roles.
said-a-reviewer-or-manager = revisor o responsable
said-a-choose-the-department-for-this-role = Elija el departamento para esta función.
said-a-this-role-is-for-the-whole = Esta función es para toda la ciudad; deje vacío el departamento.

# Organisations.
said-a-an-organisation-has-this-name-look = Ya hay una organización con este nombre. Búsquela en la lista.
said-a-nobody-has-an-account-with-this = Nadie tiene una cuenta con este correo.
said-a-an-organisation-has-at-most-members = Una organización tiene como máximo { $most } miembros.
said-a-is-a-member-now = { $name } ya es miembro
said-a-is-no-longer-a-member = { $name } ya no es miembro
said-a-another-administrator-must-make-you-a = Otro administrador debe hacerle miembro.
said-a-this-person-is-a-member-already = Esta persona ya es miembro.
said-a-this-person-belongs-to-another-organisation = Esta persona pertenece a otra organización. Termine antes esa membresía.
said-a-this-person-has-not-confirmed-their = Esta persona aún no ha confirmado su correo electrónico.
said-a-this-account-is-disabled = Esta cuenta está desactivada.
said-a-an-office-has-suspended-this-person = Una oficina ha suspendido a esta persona. Si entrara, se detendrían todas las claves de la organización.
said-a-this-person-is-not-a-member = Esta persona no es miembro.
said-a-an-office-has-suspended-this-person-2 = Una oficina ha suspendido a esta persona y, con ella, a la organización. Pida antes a esa oficina que levante o traslade su suspensión; desactivar la cuenta termina de inmediato el acceso de la persona.

# What is typed.
said-a-check-the-email-address-it-should = Revise el correo electrónico; debería ser como nombre@example.org. { $why }
said-a-fill-in-an-email-address-such = Escriba un correo electrónico, por ejemplo nombre@example.org.
said-a-use-an-email-address-of-at = Use un correo electrónico de { $most } caracteres como máximo.
said-a-the-sign-is-missing = Falta el signo @.
said-a-the-part-before-the-sign-may = La parte antes del signo @ puede llevar letras, cifras, puntos sueltos y . _ + - .
said-a-the-part-after-the-sign-must = La parte después del signo @ debe ser un nombre de dominio con un punto, como example.org.
said-a-fill-this-in-it-cannot-be = Complete esto: no puede quedar vacío.
said-a-use-at-most-characters-this-has = Use como máximo { $max } caracteres; esto tiene { $length }. Acórtelo en { $over }.
said-a-write-this-on-one-line-remove = Escriba esto en una sola línea: quite los saltos de línea.
said-a-a-control-character = un carácter de control
said-a-a-hidden-character = un carácter oculto
said-a-remove-u-at-position-it-cannot = Quite { $what } (U+{ $code }) en la posición { $place }: no se ve. Escriba el texto de nuevo o péguelo como texto sin formato.
said-a-write-the-name-with-letters = Escriba el nombre con letras.
said-a-remove-the-character-from-the-name = Quite el carácter { $bad } del nombre.
said-a-write-a-name-not-a-web = Escriba un nombre, no una dirección web.
said-a-use-small-letters-a-to-z = Use letras minúsculas de la a a la z, cifras y guiones sueltos entre ellas, como parking-occupancy.
said-a-give-the-file-a-name-of = Dé al archivo un nombre de 1 a { $most } caracteres que no empiece con un punto.
said-a-the-file-is-empty-choose-it = El archivo “{ $name }” está vacío. Elíjalo de nuevo.
said-a-the-file-is-larger-than-mb = El archivo “{ $name }” pesa más de { $mib } MB.
said-a-the-file-is-not-taken-it = El archivo “{ $name }” no se acepta: debe ser uno de { $taken }, y su contenido debe ser de ese tipo.
said-a-send-at-most-files-at-once = Envíe como máximo { $most } archivos a la vez.
said-mails = Correos
said-ways-offered = Elija una de las formas que se ofrecen.
said-mails-at-once = De inmediato, en un correo propio
said-mails-daily = Una vez al día, todo en un solo correo
said-mails-never = Nunca por correo, solo en esta página
said-mails-mailed = Enviado por correo
said-mails-next = En el próximo resumen diario
said-mails-only = Solo aquí
said-mails-dead = El correo no se pudo entregar
said-mails-way = En camino
said-mails-saved = Su elección de correos quedó guardada.
said-mails-for-digest = Para el resumen diario
said-mails-page-only = Solo en su página
said-download-my-data = Descargar mis datos
