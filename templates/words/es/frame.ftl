# El marco y las partes comunes de cada página.
frame-title-error = Error:
frame-description = Datos de sensores de { $city }: vea qué hay, solicítelos bajo un convenio y úselos con una clave.
frame-skip = Ir al contenido principal
frame-demo = Demostración
frame-demo-explained = Las personas, los casos y las lecturas de sensores de aquí son inventados.
frame-city = Ciudad de { $city }
frame-account = Su cuenta:
frame-messages = Mensajes
frame-unread = sin leer
frame-sign-out = Cerrar sesión
frame-sign-in = Iniciar sesión
frame-register = Crear una cuenta
frame-nav = Principal
frame-menu = Menú
frame-crumbs = Ruta hasta aquí
frame-foot = Acerca de este servicio
frame-foot-terms = Términos
frame-foot-rules = Reglamento
frame-foot-records = Pedir documentos públicos
frame-foot-register-public = Registro público
frame-foot-report = Denunciar un uso indebido
frame-foot-check = Verificar un convenio
frame-foot-kill = Detener una clave filtrada
frame-foot-api = API
frame-foot-accessibility = Accesibilidad
frame-foot-privacy = Privacidad
frame-languages = Idiomas
frame-language-begun = (en parte)
frame-whose = { $name }, un servicio de la Ciudad de { $city }.
frame-copy = Copiar
frame-copied = Copiado
frame-typed-kept = Lo que escribió antes sigue aquí.
frame-typed-restore = Recuperarlo
frame-typed-discard = Descartarlo

show-none = Sin indicar
show-pages = Páginas
show-range = { $first } a { $last } de { $count }
show-first = Volver al principio
show-next = Página siguiente
show-steps = Pasos
show-call = Llamada en { $language }
show-done = (hecho)

form-problem = Hay un problema
form-optional = (opcional)
form-error = Error:
form-files = Archivos
form-files-bounds = Como máximo 5 archivos de 10 MB cada uno: PDF, PNG, JPEG, CSV, JSON, texto o ZIP.
form-files-again = Vuelva a elegir sus archivos, si había elegido alguno.

# La navegación principal.
said-nav-catalogue = Catálogo
said-nav-my-applications = Mis solicitudes
said-nav-my-agreements = Mis convenios
said-nav-review = Revisión
said-nav-agreements = Convenios
said-nav-records = Solicitudes de documentos
said-nav-endings = Vencimientos
said-nav-signals = Señales
said-nav-cases = Casos
said-nav-deadlines = Plazos
said-nav-stewardship = Custodia de datos
said-nav-clerk = Secretaría
said-nav-audit = Auditoría
said-nav-administration = Administración
said-nav-ask = Pedir documentos
said-nav-terms = Términos
said-nav-help = Ayuda

# Funciones.
said-role-reviewer = revisor
said-role-manager = responsable
said-role-clerk = secretaría
said-role-auditor = auditor
said-role-administrator = administrador

form-preview = Ver la carta antes de enviarla

# Una carta antes de enviarla.
preview-nothing = No se envió nada y no se hizo nada
preview-letters = Esto es lo que “{ $act }” enviaría ahora, tal como lo recibirá quien lo lea. Se guarda con su SHA-256 cuando se envía.
preview-none = “{ $act }”, tal como lo llenó, no envía ninguna carta. A las personas interesadas se les avisa con un mensaje breve.
preview-to = Para
preview-language = Idioma
preview-language-of = { $language }, el idioma de quien la lee
preview-way = Se envía
preview-subject = Asunto
preview-files = La vista previa no guarda sus archivos. Vuelva al formulario, elíjalos de nuevo y envíelo desde allí.
preview-send = Enviar ahora
preview-do = Hacerlo ahora
preview-back = Volver al formulario
said-preview-kept = No se envió nada. Lo que escribió sigue en el formulario.

# The person's own language.
profile-language = Idioma
profile-language-hint = En él se escriben las páginas y los correos.
said-profile-title = Cambiar su nombre y su idioma
said-profile-saved = Su nombre y su idioma se guardaron.
said-profile-choose = Elija un idioma.
