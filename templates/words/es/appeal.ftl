# Las apelaciones como las lee quien apela, y las partes para ambos lados.

my-appeals-lead = La Secretaría Municipal revisa una decisión con la que usted no está de acuerdo. El plazo de la comisión estatal corre al mismo tiempo, y no tiene que esperar a una para acudir a la otra.
my-appeals-caption = Sus apelaciones
my-appeals-one = Apelación
my-appeals-where = Estado
my-appeals-city = La ciudad decide a más tardar el
my-appeals-state = Comisión estatal hasta el
my-appeals-none = No hay apelaciones
my-appeals-none-more = Cada denegación, condición, suspensión, revocación y fin de un convenio tiene un botón para apelar, en la página donde aparece.

my-appeal-next = Qué sigue:
my-appeal-papers = Documentos para la comisión estatal
my-appeal-papers-more = Un aviso de apelación listo para firmar, con la decisión, lo que usted envió, lo que se escribió y las entradas de la auditoría, cada una con su SHA-256. No tiene que esperar a la ciudad.
my-appeal-packet = Descargar el paquete (ZIP)
my-appeal-back = Retirar la apelación
my-appeal-reason = Motivo
my-appeal-back-do = Retirarla

my-appeal-decided = <a href="{ $href }">{ $what }</a>, con decisión del <time datetime="{ $at }">{ $day }</time>.
my-appeal-known = Ya hay una apelación de esta decisión: { $number }
my-appeal-open = Abrir la apelación { $number }
my-appeal-ask-by = Pida la revisión a más tardar el <strong><time datetime="{ $at }">{ $day }</time></strong>
my-appeal-over = Vencido
my-appeal-counted = Cómo se cuenta la fecha: { $working }
my-appeal-decide-by = Si la presenta hoy, se decide a más tardar el <time datetime="{ $at }">{ $day }</time>.
my-appeal-notice-by = Aviso de apelación a más tardar el <strong><time datetime="{ $at }">{ $day }</time></strong>
my-appeal-late = El último día ya pasó
my-appeal-late-more = Aún puede presentarla: diga abajo por qué llega tarde. La Secretaría dice si se examina, y por qué.
my-appeal-yours = Su apelación
my-appeal-why = ¿Por qué debe cambiar la decisión?
my-appeal-why-hint = Diga qué está mal, qué no se tuvo en cuenta o qué ha cambiado. Lo leen la Secretaría y el departamento.
my-appeal-wanted = ¿Qué pide?
my-appeal-wanted-hint = Por ejemplo: que se conceda como lo pedí, o que se levante la suspensión.
my-appeal-file = Presentar la apelación
my-appeal-not-now = Ahora no
my-appeal-free = No cuesta nada, y no necesita abogado. Quien tomó la decisión no decide la apelación.

part-appeal-by = La ciudad decide a más tardar el
part-appeal-promised = La ciudad prometió decidir a más tardar el
part-appeal-overdue = Vencida
part-appeal-promise = Un compromiso de servicio. Cómo se cuenta: { $working }
part-appeal-notice = Aviso de apelación a más tardar el <strong><time datetime="{ $at }">{ $day }</time></strong>
part-appeal-over = Vencido
part-appeal-state = No espera a la ciudad. Cómo se cuenta: { $working }
part-appeal-decision = La decisión sobre la apelación
part-appeal-must = Lo que la oficina debe hacer:
part-appeal-decided = Decidido por { $by }, <time datetime="{ $at }">{ $time }</time>.
part-appeal-what = Lo que se apela
part-appeal-of = Decisión
part-appeal-decided-by = Decidido por
part-appeal-decided-on = Decidido el
part-appeal-why = Por qué debe cambiar
part-appeal-wanted = Lo que se pide
part-appeal-hearing = Audiencia
part-appeal-filed = Presentada
part-appeal-filed-by = <time datetime="{ $at }">{ $time }</time>, por { $by }
part-appeal-record = El expediente
part-appeal-record-caption = Partes del expediente
part-appeal-part = Parte
part-appeal-file = Archivo
part-appeal-sum = SHA-256
part-appeal-story = Qué pasó
