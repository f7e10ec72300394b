# Frases que el código dice en inglés: errores, formularios y protecciones.
said-w-what-you-sent-ended-before-it = Lo que envió terminó antes de estar completo o no está bien formado.
said-w-too-many-tries-wait-seconds-then = Demasiados intentos. Espere { $seconds ->
    [one] un segundo
   *[other] { $seconds } segundos
  } e inténtelo de nuevo.
said-w-this-needs-an-account-that-is = Esto necesita una cuenta con la sesión iniciada.
said-w-this-is-for-people-with-the = Esto es para personas con esta función: { $role }.
said-w-there-is-nothing-at-this-address = No hay nada en esta dirección, o nada que usted pueda ver.
said-w-this-address-answers-only-to = Esta dirección solo responde a { $allow }.
said-w-what-you-sent-did-not-arrive = Lo que envió no llegó a tiempo. Envíelo de nuevo.
said-w-somebody-else-saved-a-newer-version = Otra persona guardó una versión más nueva mientras usted trabajaba en esto. No se guardó nada suyo.
said-w-the-version-in-ifmatch-is-not = La versión de If-Match no es la actual. Léala de nuevo y envíe su cambio con su ETag.
said-w-send-the-etag-of-the-version = Envíe el ETag de la versión que cambió en el encabezado If-Match.
said-w-what-you-sent-is-larger-than = Lo que envió pesa más de { $limit } bytes.
said-w-the-headers-of-this-request-are = Los encabezados de esta petición son demasiados o demasiado largos: como máximo { $most } con { $bytes } bytes en total.
said-w-send-the-body-as = Envíe el cuerpo como { $wanted }.
said-w-some-of-what-you-sent-needs = Hay que corregir algo de lo que envió.
said-w-something-went-wrong-on-our-side = Algo falló de nuestro lado. No se cambió nada. Díganos el número de petición si vuelve a pasar.
said-w-the-service-is-busy-or-being = El servicio está ocupado o en reparación. No se cambió nada. Inténtelo de nuevo en un momento.
said-w-what-you-sent-is-larger-than-2 = Lo que envió es más grande de lo que acepta esta dirección.
said-w-this-request-could-not-be-read = No se pudo leer esta petición
said-w-sign-in-to-continue = Inicie sesión para continuar
said-w-you-may-not-do-this = Usted no puede hacer esto
said-w-not-found = No encontrado
said-w-this-address-works-differently = Esta dirección funciona de otra manera
said-w-this-took-too-long-to-arrive = Esto tardó demasiado en llegar
said-w-this-cannot-be-done-now = Esto no se puede hacer ahora
said-w-somebody-else-was-faster = Otra persona fue más rápida
said-w-this-is-no-longer-the-present = Esta ya no es la versión actual
said-w-this-is-too-large = Esto es demasiado grande
said-w-this-kind-of-content-is-not = Este tipo de contenido no se acepta aquí
said-w-there-is-a-problem = Hay un problema
said-w-say-which-version-you-changed = Diga qué versión cambió
said-w-too-many-tries = Demasiados intentos
said-w-the-headers-of-this-request-are-2 = Los encabezados de esta petición son demasiado grandes
said-w-something-went-wrong = Algo salió mal
said-w-not-available-right-now = No disponible en este momento
said-w-more-than-fields-were-sent = Se enviaron más de { $most } campos.
said-w-a-fields-name-is-too-long = El nombre de un campo es demasiado largo.
said-w-the-text-contains-a-nul-character = El texto contiene un carácter NUL.
said-w-the-field-was-sent-twice = El campo “{ $name }” se envió dos veces.
said-w-the-field-is-not-known-here = El campo “{ $name }” no se conoce aquí.
said-w-a-is-not-followed-by-two = Un “%” no va seguido de dos cifras hexadecimales.
said-w-the-text-is-not-utf8 = El texto no es UTF-8: { $why }.
said-w-the-hidden-field-version-is-missing = El campo oculto “version” falta o no es un número.
said-w-limit-must-be-a-whole-number = “limit” debe ser un número entero de 1 a { $most }.
said-w-cursor-must-be-one-that-this = “cursor” debe ser uno que esta lista le dio como “next”.
said-w-leave-the-field-website-empty-it = Deje vacío el campo “Sitio web”: está ahí para atrapar robots.
said-w-this-came-faster-than-a-person = Esto llegó más rápido de lo que escribe una persona. Espere tres segundos y envíelo de nuevo.
said-w-this-form-was-open-for-too = Este formulario estuvo abierto demasiado tiempo. Lo que escribió sigue aquí: envíelo de nuevo.
said-w-this-form-does-not-belong-to = Este formulario no pertenece a su sesión actual. Vuelva atrás, recargue la página y envíelo de nuevo.
said-w-a-write-with-a-session-cookie = Una escritura con una cookie de sesión necesita el encabezado X-CSRF-Token, o debe venir de una página de este servicio.
said-w-the-content-of-a-file-is = El contenido de un archivo no es base64 (RFC 4648, sección 4).
said-w-too-many-fields-were-sent-at = Se enviaron demasiados campos a la vez.
said-w-the-form-could-not-be-read = No se pudo leer el formulario: { $error }.

# Deadlines.
said-w-the-last-day-is-not-a = El último día no es día hábil ({ $why }) y no se corre: actúe antes.
