# Los casos de uso indebido como los lee el titular, y las partes para ambos lados.

my-cases-lead = Cuando la ciudad examina un posible incumplimiento de un convenio suyo, aparece aquí desde el aviso, con las pruebas, su respuesta y lo que se decidió.
my-cases-caption = Casos sobre usted
my-cases-one = Caso
my-cases-where = Estado
my-cases-due = Vence
my-cases-over = Vencido
my-cases-none = No hay casos
my-cases-none-more = La ciudad no examina nada sobre sus convenios a lo que usted tenga que responder.
my-cases-report = ¿Salieron datos personales, por un error suyo o de otra persona? <a href="/report-misuse">Avise de inmediato</a>.

my-case-agreement = Convenio <a href="{ $href }">{ $number }</a>
my-case-next = Qué sigue:
my-case-order = Hay una orden para usted
my-case-acknowledge = Diga a más tardar el <time datetime="{ $at }">{ $day }</time> que la ha leído. Con eso no admite nada.
my-case-acknowledge-do = He leído la orden
my-case-prove = Demuestre que cumplió
my-case-proof = Qué hizo y cómo se puede ver
my-case-proof-hint = Un registro, una confirmación de su proveedor de alojamiento, una declaración firmada, una captura de pantalla.
my-case-proof-send = Enviar la prueba
my-case-answer = Su respuesta
my-case-answer-text = Qué responde
my-case-cure = Cómo lo corrige
my-case-cure-hint = Qué cambió o cambiará, y para cuándo. Se tiene en cuenta al decidir el caso.
my-case-answer-send = Enviar la respuesta
my-case-appeal = Apelar
my-case-appeal-more = Quien revisa lo que se hizo: { $clerk }. Lo examina de nuevo alguien que no lo decidió.
my-case-appeal-it = { $what }: <a href="/appeals/new?of={ $of }">apelar<span class="hidden"> ({ $what })</span></a>

part-case-file-sum = { $size }, SHA-256 <code class="hash">{ $sum }</code>
part-case-answer-by = Responda a más tardar el
part-case-over = Vencido
part-case-counted = Cómo se cuenta: { $working }
part-case-heard-by = Audiencia a más tardar el
part-case-hour = Aún no se ha fijado la hora.
part-case-comply-by = Cumpla a más tardar el
part-case-overdue = Vencido
part-case-found = Lo que se constató
part-case-severity = Por qué se omite un paso:
part-case-decided = Decidido por { $by }, <time datetime="{ $at }">{ $time }</time>.
part-case-given = Dada por { $by }, <time datetime="{ $at }">{ $time }</time>.
part-case-read = Leída por { $by }, <time datetime="{ $at }">{ $time }</time>.
part-case-acknowledge = Hay que confirmar su lectura a más tardar el <time datetime="{ $at }">{ $day }</time>.
part-case-proof = Prueba de cumplimiento, <time datetime="{ $at }">{ $time }</time>
part-case-late = Con retraso
part-case-proof-from = de { $by }
part-case-office-says = La oficina dice:
part-case-done = Lo que se hizo
part-case-interim = De inmediato, antes de constatar nada
part-case-lifted = Levantada
part-case-lifted-by = <time datetime="{ $at }">{ $time }</time>, por { $by }.
part-case-suspended = Suspendido
part-case-notice = Aviso de incumplimiento
part-case-seen = Lo que se observó
part-case-clause = La cláusula
part-case-cure = Lo que lo corrige
part-case-cure-by = Hasta el <time datetime="{ $at }">{ $day }</time>.
part-case-given-on = Dado
part-case-by = <time datetime="{ $at }">{ $time }</time>, por { $by }
part-case-answer = Respuesta
part-case-answer-late = Después del último día
part-case-put-right = Cómo se corrige:
part-case-case = El caso
part-case-agreement = Convenio
part-case-key = Clave
part-case-datasets = Conjuntos de datos
part-case-holder = Titular
part-case-class = Clase
part-case-offence = Infracción
part-case-source = Origen
part-case-opened = Abierto
part-case-evidence = Pruebas
part-case-evidence-more = Se guardaron al abrir el caso. Después no cambian; las sumas de comprobación lo muestran.
part-case-evidence-caption = Elementos de prueba
part-case-piece = Elemento
part-case-file = Archivo
part-case-sum = SHA-256
part-case-story = Qué pasó
part-case-slowed = Con límites reducidos
