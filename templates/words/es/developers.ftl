# La página para desarrolladores; los textos de las operaciones son del propio documento y siguen en inglés.

# developers/api.html
api-address = Dirección
api-who = Quién es usted
api-programs = Para programas
api-programs-text = Lo mismo como documento OpenAPI 3.1.
api-data = Los datos mismos
api-data-text = Fluyen por la puerta de acceso en <code>{ $gate_url }</code>
api-data-how = <a href="/help#keys">Claves y llamadas</a> dice cómo.
api-begin = Para empezar: inicie sesión y pregunte quién es usted
api-contents = En esta página
api-problems = Cuando una llamada falla
api-shapes = Formas
api-problems-text = La respuesta es un documento de problema (RFC 9457), enviado como <code>application/problem+json</code>. Los programas se guían por <code>code</code>, que nunca cambia de significado; <code>detail</code> es para las personas.
api-shapes-text = Partes que están dentro de los cuerpos y las respuestas. Un instante se escribe como <code>2026-11-23T17:00:00Z</code>, un día de la ciudad como <code>2026-11-23</code>.
api-example = Ejemplo

# developers/parts.html
api-part-parameters = Parámetros de { $method } { $path }
api-part-needed = necesario
api-part-body = Cuerpo: { $title }
api-part-answer = Respuesta { $status }: { $title }
api-part-answers = Responde { $status }: { $about }.
api-part-problems = Problemas de { $method } { $path }
api-part-in-errors = en <code>errors</code>:
api-part-fields = Campos de { $name }
api-part-parameter = Parámetro
api-part-where = Dónde
api-part-meaning = Significado
api-part-how = Cómo llamarla y cómo puede fallar
api-part-call = Una llamada
api-part-status = Estado
api-part-codes = Códigos
api-part-sent = Se envía como <code>{ $media }</code>.
api-part-example = Ejemplo
api-part-field = Campo
api-part-type = Tipo
api-part-optional = se puede omitir
