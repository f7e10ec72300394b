# The page for developers; the texts of the operations are the document’s own and stay English.

# developers/api.html
api-address = Address
api-who = Who you are
api-programs = For programs
api-programs-text = The same as an OpenAPI 3.1 document.
api-data = The data itself
api-data-text = Flows through the gate at <code>{ $gate_url }</code>
api-data-how = <a href="/help#keys">Keys and calls</a> says how.
api-begin = Begin: sign in, then ask who you are
api-contents = On this page
api-problems = When a call fails
api-shapes = Shapes
api-problems-text = The answer is a problem document (RFC 9457), sent as <code>application/problem+json</code>. Programs go by <code>code</code>, which never changes its meaning; <code>detail</code> is for people.
api-shapes-text = Parts that stand inside bodies and answers. An instant is written as <code>2026-11-23T17:00:00Z</code>, a day of the city as <code>2026-11-23</code>.
api-example = Example

# developers/parts.html
api-part-parameters = Parameters of { $method } { $path }
api-part-needed = needed
api-part-body = Body: { $title }
api-part-answer = Answer { $status }: { $title }
api-part-answers = Answers { $status }: { $about }.
api-part-problems = Problems of { $method } { $path }
api-part-in-errors = in <code>errors</code>:
api-part-fields = Fields of { $name }
api-part-parameter = Parameter
api-part-where = Where
api-part-meaning = Meaning
api-part-how = How to call it, and how it may fail
api-part-call = A call
api-part-status = Status
api-part-codes = Codes
api-part-sent = Sent as <code>{ $media }</code>.
api-part-example = Example
api-part-field = Field
api-part-type = Type
api-part-optional = may be left out
