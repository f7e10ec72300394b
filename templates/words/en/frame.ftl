# The layout and the shared parts of every page.
frame-title-error = Error:
frame-description = Sensor data of { $city }: see what there is, ask for it under an agreement, and use it with a key.
frame-skip = Skip to the main content
frame-demo = Demonstration
frame-demo-explained = People, cases and sensor readings here are made up.
frame-city = City of { $city }
frame-account = Your account:
frame-messages = Messages
frame-unread = not read
frame-sign-out = Sign out
frame-sign-in = Sign in
frame-register = Create an account
frame-nav = Main
frame-menu = Menu
frame-crumbs = The way here
frame-foot = About this service
frame-foot-terms = Terms
frame-foot-rules = Rule book
frame-foot-records = Ask for public records
frame-foot-register-public = Public register
frame-foot-report = Report misuse
frame-foot-check = Check an agreement
frame-foot-kill = Stop a leaked key
frame-foot-api = API
frame-foot-accessibility = Accessibility
frame-foot-privacy = Privacy
frame-languages = Languages
frame-language-begun = (in part)
frame-whose = { $name }, a service of the City of { $city }.
frame-copy = Copy
frame-copied = Copied
frame-typed-kept = What you typed before is still here.
frame-typed-restore = Restore it
frame-typed-discard = Discard it

show-none = None given
show-pages = Pages
show-range = { $first } to { $last } of { $count }
show-first = Back to the start
show-next = Next page
show-steps = Steps
show-call = Call in { $language }
show-done = (done)

form-problem = There is a problem
form-optional = (optional)
form-error = Error:
form-files = Files
form-files-bounds = At most 5 files of 10 MB each: PDF, PNG, JPEG, CSV, JSON, text or ZIP.
form-files-again = Choose your files again, if you had chosen any.

# The main navigation.
said-nav-catalogue = Catalogue
said-nav-my-applications = My applications
said-nav-my-agreements = My agreements
said-nav-review = Review
said-nav-agreements = Agreements
said-nav-records = Records requests
said-nav-endings = Endings
said-nav-signals = Signals
said-nav-cases = Cases
said-nav-deadlines = Deadlines
said-nav-stewardship = Stewardship
said-nav-clerk = Clerk
said-nav-audit = Audit
said-nav-administration = Administration
said-nav-ask = Ask for records
said-nav-terms = Terms
said-nav-help = Help

# Roles.
said-role-reviewer = reviewer
said-role-manager = manager
said-role-clerk = clerk
said-role-auditor = auditor
said-role-administrator = administrator

form-preview = Preview the letter

# A letter before it is sent.
preview-nothing = Nothing was sent, and nothing was done
preview-letters = This is what “{ $act }” would send now, just as its reader will have it. It is kept with its SHA-256 when it is sent.
preview-none = “{ $act }”, as you filled it in, sends no letter. Who is concerned is still told by a short notice.
preview-to = To
preview-language = Language
preview-language-of = { $language }, the language of its reader
preview-way = Goes out
preview-subject = Subject
preview-files = Your files are not kept by a preview. Go back to the form and choose them again, then send it from there.
preview-send = Send it now
preview-do = Do it now
preview-back = Back to the form
said-preview-kept = Nothing was sent. What you typed is still in the form.

# The person's own language.
profile-language = Language
profile-language-hint = Pages and mails are written in it.
said-profile-title = Change your name and language
said-profile-saved = Your name and language are saved.
said-profile-choose = Choose a language.
