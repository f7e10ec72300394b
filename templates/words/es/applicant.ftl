# Solicitudes: la lista, el formulario, la página de cada una, la oferta y sus cartas.

my-list-lead = Una solicitud pide datos a uno o más departamentos. Cada departamento decide sobre sus propios conjuntos de datos.
my-list-ask = Pedir datos
my-list-appeals = Mis apelaciones
my-list-letters = Cartas
my-list-records = Mis solicitudes de documentos
my-list-none = Aún no hay solicitudes
my-list-none-more = Elija los conjuntos de datos que necesita y diga para qué. Todo se guarda a medida que avanza, y nadie ve un borrador.
my-list-catalogue = Ver primero el catálogo
my-list-waiting = Esperan su respuesta
my-list-waiting-caption = Solicitudes que esperan su respuesta
my-list-others = Todas las demás
my-list-yours = Sus solicitudes
my-list-others-caption = Otras solicitudes

my-new-lead = Elija los conjuntos de datos que necesita. Puede agregar o quitar alguno hasta que firme.
my-new-wrong = Parte de lo que decía el enlace no se puede tomar
my-new-suggested = Propuesto por el enlace que siguió
my-new-suggested-more = Mire cada respuesta. Cámbiela o bórrela; al empezar un borrador no se envía nada.
my-new-copy = Empezar desde una solicitud anterior
my-new-copy-hint = Se copian sus respuestas y sus conjuntos de datos. No se copian los archivos, las declaraciones ni la firma.
my-new-copy-none = No: empezar con un formulario vacío
my-new-links = Puede enlazar a esta página con respuestas ya escritas: <a href="/help#prefill">cómo se escriben esos enlaces</a>.
my-new-which = ¿Qué conjuntos de datos necesita?
my-new-which-hint = Los datos abiertos no requieren solicitud y no aparecen aquí.
my-new-begin = Empezar un borrador
my-new-cancel = Cancelar
my-new-none = Por ahora nada requiere una solicitud
my-new-catalogue = Ver el catálogo
my-new-none-more = Ningún conjunto de datos publicado pide un convenio. Los datos abiertos se pueden consultar sin clave.

my-step-last = Guardar y revisar todo
my-step-next = Guardar y continuar
my-step-example = Por ejemplo: { $example }
my-step-later = Guardar para después

my-datasets-fixed = Después del envío no se pueden agregar ni quitar conjuntos de datos; los alcances y los motivos aún se pueden cambiar. Para pedir otros, empiece otra solicitud.
my-datasets-limits = Límites habituales:
my-datasets-need = ¿Qué necesita?
my-datasets-sensitive = Este campo es sensible: sin un buen motivo no se entrega.
my-datasets-leave-out = Quitar este conjunto de datos
my-datasets-none = Aún no hay conjuntos de datos
my-datasets-none-more = Agregue al menos uno abajo.
my-datasets-add = Agregar un conjunto de datos
my-datasets-one = Conjunto de datos
my-datasets-choose = Elija un conjunto de datos
my-datasets-save-add = Guardar y agregarlo

my-review-gaps = { $count ->
    [one] Falta 1 cosa antes de poder firmar
   *[other] Faltan { $count } cosas antes de poder firmar
}
my-review-lead = Léalo todo una vez más. Puede cambiar cualquier respuesta; después, firme al final de esta página.
my-review-what = 1. Lo que pide
my-review-department = Departamento
my-review-access = Acceso
my-review-scopes = Alcances
my-review-change = Cambiar
my-review-why = Por qué el campo { $field }
my-review-none = Aún no hay conjuntos de datos.
my-review-choose = Elegir conjuntos de datos
my-review-answers = 2. Sus respuestas
my-review-agreement = 3. El convenio
my-review-exact = Este es el texto exacto. Si los departamentos conceden todo como se pidió, entra en vigor con la firma que usted da aquí. Si un departamento agrega una condición, usted recibe primero el texto modificado para firmarlo.
my-review-sign = 4. Firmar
my-review-cannot = Podrá firmar cuando ya no falte nada.
my-review-back = Volver a lo que falta
my-review-again = Usted cambia y firma una solicitud que ya se envió; los revisores ven qué cambió.

my-application-who = Quién la tiene
my-application-next = Qué sigue
my-application-offer = Leer y responder la oferta
my-application-review = Revisar y firmar
my-application-write = Seguir escribiendo
my-application-agreement = Abrir el convenio
my-application-records = Pedir los documentos en su lugar
my-application-letter = Leer la carta de decisión
my-application-reopened = Usted reabrió esta solicitud. <a href="{ $href }">Siga en la nueva</a>.
my-application-amends = Esta solicitud pide cambiar <a href="{ $href }">un convenio vigente</a>. Ese sigue vigente hasta que se firme el nuevo.
my-application-question = La pregunta
my-application-answer = Su respuesta
my-application-answer-hint = El revisor la recibe de inmediato y la revisión continúa.
my-application-answer-send = Enviar la respuesta
my-application-answer-else = Si la respuesta cambia lo que pide o cómo lo maneja, cambie los pasos y firme de nuevo en lugar de responder aquí.
my-application-datasets = Conjuntos de datos
my-application-department = Departamento
my-application-access = Acceso
my-application-scopes = Alcances
my-application-none-chosen = Aún no se eligió ninguno
my-application-decision = Decisión
my-application-words = En sus palabras
my-application-conditions = Condiciones
my-application-appeal-conditions = Apelar estas condiciones
my-application-none = Aún no se eligieron conjuntos de datos
my-application-choose = Elegir conjuntos de datos
my-application-none-more = Una solicitud pide al menos uno.
my-application-story = Qué pasó
my-application-ahead = Todavía por venir
my-application-sent = Todo lo que envió
my-application-message = Escribir a un departamento
my-application-message-to = A: { $department }.
my-application-message-text = Mensaje
my-application-message-send = Enviar el mensaje
my-application-take-back = Retirarla
my-application-discard = Descartar este borrador
my-application-reason = Motivo
my-application-reason-hint = Lo leen los departamentos.
my-application-withdraw = Retirar la solicitud
my-application-discard-do = Descartar el borrador
my-application-change = Pedir un cambio
my-application-again = Pedir de nuevo
my-application-change-more = Un borrador nuevo empieza con sus respuestas actuales. Su convenio sigue vigente hasta que se firme el nuevo.
my-application-again-more = Un borrador nuevo empieza con las mismas respuestas, para que pueda cambiar lo que lo impidió.
my-application-reopen = Reabrir esta solicitud
my-application-copy = Usarla como plantilla
my-application-copy-more = Una solicitud nueva empieza con estas respuestas y conjuntos de datos. Esta queda como está.
my-application-copy-do = Empezar una nueva desde ella
my-application-earlier = <a href="{ $href }">La solicitud anterior</a> que esta continúa.

my-offer-lead = La ciudad concede lo que se indica aquí. Nada entra en vigor hasta que usted firme. La oferta vence el <time datetime="{ $at }">{ $day }</time>.
my-offer-each = Responda a cada condición. Si las acepta todas, después firma. Si propone otras palabras para alguna, esta oferta se cierra y el departamento decide de nuevo.
my-offer-beside = Lo que pidió junto a lo que se ofrece: { $dataset }
my-offer-matter = Asunto
my-offer-asked = Usted pidió
my-offer-offered = Se ofrece
my-offer-differs = distinto
my-offer-condition = Condición { $number } de { $count }
my-offer-effect = Qué hace la puerta de acceso
my-offer-when = Cuándo debe cumplirse
my-offer-means = Qué significa para usted
my-offer-basis = En qué se apoya
my-offer-answer = Su respuesta
my-offer-answer-send = Enviar mis respuestas
my-offer-choices = Sus opciones
my-offer-sign-it = Firmar el convenio
my-offer-propose = Responder a cada condición
my-offer-decline-it = Rechazar
my-offer-granted = 1. Lo que se concede
my-offer-instead = Su propuesta
my-offer-instead-hint = Solo si propone otra cosa: las palabras que aceptaría.
my-offer-denied = Algo se denegó: <a href="{ $href }">la carta de decisión</a> dice por qué y cómo apelar. Firmar no le quita ese derecho.
my-offer-agreement = 2. El convenio
my-offer-exact = Este es el texto exacto que usted firma.
my-offer-sign = 3. Firmar
my-offer-decline = O rechazar
my-offer-reason-hint = Lo leen los departamentos. Puede reabrir la solicitud más tarde.
my-offer-decline-do = Rechazar la oferta

my-ask-records-due = Si la presenta hoy, la respuesta vence el <strong><time datetime="{ $due_at }">{ $due }</time></strong>. El silencio después de esa fecha es una denegación por ley, y usted puede apelar hasta el <time datetime="{ $appeal_at }">{ $appeal }</time> ante: { $state }.
my-ask-records-which = ¿Qué conjuntos de datos?
my-ask-records-which-hint = Cada departamento que tiene alguno de ellos recibe una solicitud.
my-ask-records-text = Qué más quiere decir
my-ask-records-text-hint = Por ejemplo, los meses o las calles que necesita.
my-ask-records-end = Terminar esta solicitud con ella
my-ask-records-end-hint = Si no marca esta casilla, la solicitud de datos sigue su curso junto a la de documentos.
my-ask-records-send = Pedir los documentos
my-ask-records-not-now = Ahora no

my-letters-lead = Cada carta se conserva exactamente como se envió. Su huella está en el registro de auditoría.
my-letters-caption = Cartas
my-letters-one = Carta
my-letters-sent = Enviada
my-letters-by = Por
my-letters-keep = Para guardar
my-letters-pdf = PDF<span class="hidden"> de { $subject }</span>
my-letters-none = Aún no hay cartas
my-letters-none-more = Las denegaciones, ofertas, suspensiones, decisiones sobre apelaciones y otras cartas aparecen aquí el día en que se envían.

my-sent-to = Enviada a { $to } por { $by }, <time datetime="{ $at }">{ $time }</time>
my-sent-keep = Guardarla como PDF
my-sent-about = Ir a { $number }
my-sent-hash = Versión de la plantilla: { $version }. SHA-256 del texto:
my-sent-broken = El texto no coincide con su huella
my-sent-broken-more = Lo que se conserva no es aquello de lo que se calculó la huella. Avise a los auditores de la ciudad.

my-letter-day = Ciudad de { $city }, <time datetime="{ $at }">{ $day }</time>
my-letter-to = A: { $to }<br>Solicitud { $number }: { $title }
my-letter-denied = Se deniega: { $dataset }
my-letter-by = Decidido por { $by }.
my-letter-reasons = Motivos
my-letter-cited = Se cita: { $cites }
my-letter-remedy = Qué cambiaría la respuesta
my-letter-appeal = Apelar esta decisión
my-letter-disagree = Si no está de acuerdo
my-letter-until = Hasta el <strong><time datetime="{ $at }">{ $day }</time></strong>
my-letter-counted = Cómo se cuenta la fecha: { $working }
my-letter-records = Puede pedir documentos en cualquier momento
my-letter-reopen = Reabrir y pedir otra cosa
my-letter-back = Volver a la solicitud
my-letter-print = Imprima esta página para guardar la carta en papel.

clerk-letter-lead = { $title }. A: { $to }, <time datetime="{ $at }">{ $day }</time>.
clerk-letter-cites = Cita: { $cites }
clerk-letter-remedy = Qué cambiaría la respuesta:
clerk-letter-ways = Formas de apelar
clerk-letter-until = Hasta el { $day }.

my-parts-application = Solicitud
my-parts-where = Estado
my-parts-since = Desde
my-parts-form-steps = Pasos de la solicitud
my-parts-steps = Pasos
my-parts-to-do = { $count ->
    [one] falta 1
   *[other] faltan { $count }
}
my-parts-complete = Completo
my-parts-gaps-label = Lo que aún falta en esta página
my-parts-gaps = Aún falta aquí
my-parts-gaps-hint = Puede guardar y volver: no se pierde nada de lo escrito.
my-parts-basis = Fundamento: { $basis }.
my-parts-number = Número
my-parts-terms = Términos
my-parts-terms-version = { $title }, versión { $version }
my-parts-terms-hash = Huella de los términos
my-parts-text-hash = Huella de este texto
my-parts-hash-hint = SHA-256 del <a href="{ $href }">texto sin formato</a>. Cualquiera puede calcularla y comparar.
my-parts-text = El texto del convenio
my-parts-declarations = Declaraciones
my-parts-signature = Firma
my-parts-sign-for = { $whom ->
    [yourself] Usted firma en nombre propio.
   *[other] Usted firma en nombre de { $whom }.
}
my-parts-signatory = La solicitud nombra a <strong>{ $name }</strong> como la persona que firma.
my-parts-name = Su nombre completo, escrito como firma
my-parts-title = Su cargo
my-parts-title-hint = Por ejemplo: propietaria, profesor, directora.
my-parts-consent = Acepto firmar electrónicamente.
my-parts-kept = Con la firma, la ciudad guarda su nombre y cargo, la hora, su dirección de red y navegador, y las huellas de arriba.
my-parts-stopped = <strong>Suspendido:</strong> { $stops }, desde el <time datetime="{ $at }">{ $time }</time>, por { $by }.
my-parts-to-do-now = Qué hacer:
my-parts-write = Escribir al departamento
my-parts-appeal = Apelar esta suspensión
my-usage-none = No hubo llamadas del <time datetime="{ $first_at }">{ $first }</time> al <time datetime="{ $last_at }">{ $last }</time>. Las cifras aparecen aquí cerca de un minuto después de la primera llamada.
my-usage-calls-30 = Llamadas en 30 días
my-usage-answered = Respondidas
my-usage-refused = No respondidas
my-usage-sent = Enviado a usted
my-usage-by-day = Llamadas por día, del <time datetime="{ $first_at }">{ $first }</time> al <time datetime="{ $last_at }">{ $last }</time>; la barra más alta es de { $most ->
    [one] 1 llamada
   *[other] { $most } llamadas
}. Las llamadas rechazadas son la parte de arriba.
my-usage-bar = { $day }: { $calls ->
    [one] una llamada
   *[other] { $calls } llamadas
}, { $refused } sin responder
my-usage-by-outcome = Llamadas por resultado
my-usage-outcome = Resultado
my-usage-code = Código
my-usage-calls = Llamadas
my-usage-days-more = Llamadas por día en una tabla
my-usage-days = Llamadas por día
my-usage-day = Día
my-usage-bytes = Enviado
my-usage-mean = Tiempo medio
my-usage-ms = { $ms } ms
my-parts-agreement = Convenio
my-parts-state = Estado
my-parts-slowed = <strong>Con límites reducidos:</strong> { $stops }, desde el <time datetime="{ $at }">{ $time }</time>, por { $by }.
my-parts-appeal-slowed = Apelar esta medida

# What is left, and what to do about refusals
my-left = Lo que queda ahora de cada límite
my-left-whose = Para
my-left-limit = Límite
my-left-left = Queda
my-left-anew = Cuenta de nuevo
my-left-used = { $percent } % usado
my-left-of = quedan { $left }, usadas { $used }
my-left-rate = Una tasa: se repone de forma pareja
my-left-always = Todo el tiempo
my-usage-do = Qué hacer
my-usage-do-nothing = Nada

my-step-asked = El departamento pregunta por esta respuesta: { $answer }
