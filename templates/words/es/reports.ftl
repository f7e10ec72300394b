# Denuncias de uso indebido de cualquier persona.

# conduct/report.html
report-lead = ¿Vio datos de la ciudad usados contra sus términos o datos personales que se filtraron? Díganoslo. No necesita cuenta ni tiene que decir quién es. Si lo dice, no se muestra a la persona de quien trata su denuncia.
report-key = Si otros vieron una clave suya, <a href="/keys/kill">deténgala de inmediato</a>. Las denuncias se guardan como documentos de la ciudad.
report-empty = Deje esto vacío
report-kind = ¿Qué denuncia?
report-text = Qué pasó
report-text-hint = Lo que vio, cuándo y por qué cree que está mal.
report-seen = Dónde lo vio
report-seen-hint = Un sitio, una aplicación, un lugar o el número de un convenio.
report-dataset = Qué datos
report-dataset-blank = No lo sé
report-department = A quién
report-department-hint = Si no está seguro, la Secretaría Municipal la pasa a quien corresponda.
report-files = Una imagen de la pantalla, una página tal como estaba.
report-name = Su nombre
report-email = Su correo electrónico
report-email-hint = Así le decimos qué resulta de ella.
report-submit = Enviar la denuncia

# conduct/thanks.html
thanks-number = Su número es { $number }
thanks-known = Ya recibimos hoy estas mismas palabras: es la misma denuncia y no se envió nada dos veces.
thanks-read = Alguien de la ciudad la lee. Guarde el número si quiere preguntar por ella.
thanks-told = Se le avisa por correo cuando se abre un caso, o por qué se archiva.
thanks-no-address = No dejó ninguna dirección, así que no podemos escribirle.
thanks-start = <a href="/rules">El reglamento</a> dice lo que el propio servicio observa. <a href="/">Al inicio</a>
