# Reports of misuse by anybody.

# conduct/report.html
report-lead = You saw data of the city used against its terms, or personal data that got out? Tell us. You need no account and need not say who you are. If you do, it is not shown to whom your report is about.
report-key = If a key of yours was seen by others, <a href="/keys/kill">stop it at once</a>. Reports are kept as records of the city.
report-empty = Leave this empty
report-kind = What do you report?
report-text = What happened
report-text-hint = What you saw, when, and why you think that it is wrong.
report-seen = Where you saw it
report-seen-hint = A site, an app, a place, or the number of an agreement.
report-dataset = Which data
report-dataset-blank = I do not know
report-department = To whom
report-department-hint = The City Clerk hands it on where you are not sure.
report-files = A picture of the screen, a page as it was.
report-name = Your name
report-email = Your e-mail address
report-email-hint = Then we tell you what becomes of it.
report-submit = Send the report

# conduct/thanks.html
thanks-number = Your number is { $number }
thanks-known = We had these very words already today: it is the same report, and nothing was sent twice.
thanks-read = Somebody of the city reads it. Keep the number if you want to ask about it.
thanks-told = You are told by mail when a case is opened, or why it is set aside.
thanks-no-address = You left no address, so we cannot write to you.
thanks-start = <a href="/rules">The rule book</a> says what the service itself looks for. <a href="/">To the start</a>
