# Las renovaciones como el titular las abre, responde y firma.

my-renewal-done = Renovado
my-renewal-done-more = <a href="{ $href }">Abra el convenio nuevo</a>. Reemplazó a { $number }.
my-renewal-ended = El convenio terminó
my-renewal-ended-on = Su último día fue el <time datetime="{ $at }">{ $day }</time> y sus claves se detuvieron.
my-renewal-ended-still = Si los departamentos aún confirman la renovación, en ese momento empieza un convenio nuevo; usted crea claves nuevas para él.
my-renewal-stays = El final no se mueve
my-renewal-stays-more = <a href="{ $href }">{ $number }</a> termina después del <time datetime="{ $at }">{ $day }</time>, aunque haya una renovación en curso: no hay prórroga. Para no perder ningún día, firme con tiempo para que los departamentos confirmen.
my-renewal-returned = Volvió a usted
my-renewal-closed = Cerrada
my-renewal-who = Quién la tiene ahora
my-renewal-confirm-until = Usted firmó. La confirman, a más tardar el <time datetime="{ $at }">{ $day }</time>:
my-renewal-confirm = Usted firmó. La confirman:
my-renewal-conditions = 1. Condiciones sobre las que declara de nuevo
my-renewal-conditions-more = No se pregunta por lo que la puerta de acceso hace cumplir por sí sola. Para cada una de estas, diga si se cumplió y cómo.
my-renewal-condition = Condición:
my-renewal-met = ¿Se cumplió?
my-renewal-how = ¿Cómo se cumple? Si no se cumple: ¿por qué, y qué hace al respecto?
my-renewal-no-conditions = Este convenio no tiene condiciones sobre las que alguien deba declarar.
my-renewal-contacts = 2. Quién responde por los datos
my-renewal-contacts-more = Confirme estos datos o cámbielos.
my-renewal-save = Guardar y revisar
my-renewal-attested = Lo que usted declaró
my-renewal-back = Retirar la renovación
my-renewal-back-more = El convenio sigue hasta su último día y termina. Antes de eso puede abrir otra renovación.
my-renewal-back-do = Retirarla

my-renewal-missing = Falta algo
my-renewal-missing-more = <a href="/renewals/{ $id }">Complete sus respuestas</a> y después firme aquí.
my-renewal-lead = Léalo todo una vez más. No se envía nada antes de que usted firme al final de esta página.
my-renewal-begins = { $number } termina en todo caso después del <time datetime="{ $at }">{ $day }</time>. El convenio nuevo empieza cuando todos los departamentos lo han confirmado y corre desde ese día.
my-renewal-attest = 1. Lo que usted declara
my-renewal-change = Cambiar estas respuestas
my-renewal-new = 2. El convenio nuevo
my-renewal-exact = Este es el texto exacto, con los términos que rigen ahora.
my-renewal-sign = 3. Firmar
my-renewal-cannot = Podrá firmar cuando ya no falte nada.

part-renewal-condition = Condición
part-renewal-met = ¿Se cumple?
part-renewal-yes = Cumplida
part-renewal-no = No cumplida
part-renewal-open = Aún sin responder
part-renewal-words = En sus palabras
part-renewal-none = No hay condiciones sobre las que alguien deba declarar.
part-renewal-contacts = Quién responde por los datos
part-renewal-not-given = Sin indicar
part-renewal-before = Antes: { $before }
my-renewal-appeal = Apelar esta negativa
