# Accounts: signing in, registering, passwords, sessions; errors and the demo mailbox.

# account/close.html
close-lead = Closing is for good. Nobody can open the account again, not even the city. The same mail address can register anew later, as a new account.
close-not-yet = You cannot close your account yet
close-what = What happens when you close it
close-keys = Your keys
close-keys-some = { $count ->
    [one] One key is revoked at once. Calls with it stop with the next request.
   *[other] { $count } keys are revoked at once. Calls with them stop with the next request.
  }
close-keys-none = You have no key of your own that works.
close-agreements = Your agreements
close-agreements-some = { $count ->
    [one] One agreement ends. The departments are told.
   *[other] { $count } agreements end. The departments are told.
  }
close-agreements-none = You have no agreement of your own in force.
close-duties = Duties that stay
close-duties-some = You still have to delete the data and certify it, also without an account:
close-duty = { $number }: by <time datetime="{ $at }">{ $day }</time>
close-duties-how = Send the signed certificate by mail to <a href="mailto:{ $mail }">{ $mail }</a>. If you want to sign it here, end the agreement first, certify, and close afterwards.
close-duties-none = No certificate of destruction is owed.
close-applications = Applications that are not over
close-applications-some = They are taken back. Drafts that you never sent are erased.
close-applications-none = There is none.
close-requests = Requests for records
close-requests-some = They go on without the account. Answers go to the mail address in the request, with a private link.
close-organisation = Your organisation
close-organisation-text = You leave { $organisation }. What was made for it stays with the other members, who are told.
close-erased = What is erased
close-erased-text = Your name, mail address, password, sessions, tokens, choices and messages are taken off the account. The last mails are deleted seven days after they were sent.
close-kept = What the record keeps
close-take-data = You may want to <a href="/account/data">download your data</a> first.
close-back = Keep my account
close-password = Your password
close-confirm = Type the mail address of this account
close-confirm-hint = { $email }
close-submit = Close my account for good

# account/data.html
data-lead = You can take along what the service keeps about you, in one ZIP file, as often as you like.
data-in = What is in it
data-account = Your account with its roles, your sessions and tokens, and which mails you chose
data-applications = Your applications with every version that you sent, the questions, answers and messages, and what was decided
data-agreements = Your agreements with their signed texts and signatures, and your keys with their scopes and limits
data-disputes = Your appeals, requests for records, and misuse cases from their notice on
data-messages = Letters and messages to you
data-audit = Entries of the audit: what you did, and what was done to your account and told to you
data-out = What is not in it
data-out-text = No key and no password: we keep only fingerprints of them. Nothing that a department notes for itself. Renewals, certificates of destruction and files that you handed in stand on their own pages; for reports of misuse and requests for reuse statements that you sent, ask the clerk. Where you act for an organisation, its applications and agreements are in it too, as you see them on your pages.
data-download = Download my data
data-cancel = Cancel

# account/forgot.html
forgot-lead = Give the mail address of your account. We send a link with which you choose a new password.
forgot-email = Mail address
forgot-submit = Send the link
forgot-back = Back to signing in

# account/invitation.html
invitation-and = and
invitation-lead-roles = { $name }, the City of { $city } invites you as { $roles }. You will sign in as <strong>{ $email }</strong>.
invitation-lead = { $name }, the City of { $city } invites you. You will sign in as <strong>{ $email }</strong>.
invitation-submit = Set up my account

# account/link_gone.html
link-gone-lead = It was used already, a newer one was sent, it is older than { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
  }, or a part of it is missing.
link-gone-do = What you can do
link-gone-newest = If several mails came, open the link in the newest. Copy the whole link, to its last character.
link-gone-sign-in = If it has worked before: <a href="/login">sign in</a>

# account/login.html
login-sent = Sign in to open the page you asked for.
login-long = The address of that page is long, and only this form keeps it. If you create an account or choose a new password first, open the link again afterwards.
login-cut = The address of the page you asked for is too long to be kept. Sign in, then open the link again.
login-go-on = Go on to the page you asked for
login-email = Mail address
login-password = Password
login-submit = Sign in
login-forgot = Forgot your password?
login-new = New here?
login-new-text = <a href="{ $register }">Create an account</a>. To look through the <a href="/datasets">catalogue</a> you need none.

# account/overview.html
overview-you = About you
overview-change = Change
overview-email = Mail address
overview-organisation = Organisation
overview-members = Members
overview-members-you = You
overview-members-text = Each member sees the applications, agreements and keys of the organisation and may act for it. Only the city makes somebody a member or ends a membership: write to the department that you deal with.
overview-password = Password
overview-not-shown = Not shown
overview-roles = Roles
overview-no-roles = None for the city. You act for yourself.
overview-since = Account since
overview-change-password = Change your password
overview-notices = Choose your mails
overview-data = Download my data
overview-close = Close my account
overview-where = Where you are signed in
overview-where-text = End what you do not know, then change your password.
overview-sessions = Sessions
overview-program = Program
overview-address = Address
overview-signed-in = Signed in
overview-used = Last used
overview-act = Act
overview-this = This one
overview-sign-out = Sign out above
overview-end = End
overview-tokens = Tokens for programs
overview-tokens-text = A token lets a program of yours use the <a href="/api/docs">API</a> in your name. It is not a key: keys open data and belong to an agreement.
overview-tokens-caption = Tokens
overview-name = Name
overview-made = Made
overview-ends = Ends
overview-make = Make a token
overview-end-others = End every other session and token

# account/notices.html
notices-lead = Choose which mails you get at once, which all together once a day, and which not at all. Every message stands on this page, mailed or not.
notices-always = Some mails always come at once.
notices-always-text = Decisions, offers, agreements and their ends, suspensions, cases, appeals, requests for records, letters, deadlines of your own, and what concerns the security of your account and keys. Such a mail has legal effect or starts a time within which you must act, so it must not wait.
notices-group-queue = New in your queue
notices-about-queue = Applications, answers, counters, renewals, certificates, complaints, appeals and requests for records that came in. Reminders of deadlines still come at once.
notices-group-outcomes = What became of a matter
notices-about-outcomes = Agreements that began or ended, applications that were withdrawn, offers that nobody signed. They ask for nothing.
notices-group-signals = Signals of misuse rules
notices-group-feeds = Feeds
notices-about-feeds = A feed of your department does not answer any more, answers again, or sends other fields than were declared.
notices-about-signals = A rule saw something in the use of your data. What a rule suspends by itself stands on the page of the key.
notices-group-messages = Messages about your applications
notices-about-messages = A department wrote to you without asking anything. Questions always come at once, because your application waits for the answer.
notices-group-quotas = Use of your quotas
notices-about-quotas = 80 or 100 per cent of a day’s or month’s calls are used.
notices-group-members = Members of your organisation
notices-about-members = Somebody else joined or left. What concerns your own membership always comes at once.
notices-digest = The daily mail leaves at { $hour } in the morning, city time, with one line and one link for each message. On a day without messages there is none.
notices-save = Save
notices-cancel = Cancel
notices-messages = Your messages
notices-messages-text = The newest first, at most 100.
notices-caption = Messages to you
notices-subject = Message
notices-written = Written
notices-how = Mail
notices-none = No messages yet
notices-none-text = What the service writes to you appears here.

# account/parts.html
account-password = Password
account-password-rule = At least { $min } characters, at most { $max }. Several unrelated words in a row are easy to remember and hard to guess. Spaces and pasting are welcome; no digits or signs are asked for.

# account/password.html
password-lead = Every other session and token ends when you save, and a mail tells you of the change.
password-old = Present password
password-new = New password
password-submit = Change the password
password-cancel = Cancel
password-unknown = I do not know my present password

# account/profile.html
profile-lead = Agreements that are signed already keep the name they were signed with.
profile-name = Your full name
profile-submit = Save
profile-cancel = Cancel

# account/register.html
register-lead = With an account you can apply for datasets, sign agreements and make keys. It costs nothing.
register-name = Your full name
register-name-hint = As you would sign. Agreements and letters show it.
register-email = Mail address
register-email-hint = We send a link to confirm it. Decisions and notices go there too.
register-submit = Create the account
register-have = I have an account
register-next = What happens next
register-next-mail = We send a link to your address. Open it within 24 hours.
register-next-sign-in = Sign in, look through the <a href="/datasets">catalogue</a> and start an application.
register-kept = What we keep about you
register-closed = Registration is closed here
register-closed-text = Accounts are made by the city. Write to the department whose data you need; its address stands on the page of each <a href="/datasets">dataset</a>.

# account/reset.html
reset-lead = For the account of <strong>{ $email }</strong>. Every session of it will end.
reset-new = New password
reset-submit = Save the new password

# account/sent.html
mail-sent-new = We have sent a mail to the address you gave. If the address is new here, it holds a link: open it within { $hours } hours and your account is ready.
mail-sent-lead = If the address has an account, a mail with a link is on its way. The link works once, for { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
  }.
mail-sent-demo = This is a demonstration
mail-sent-demo-text = No mail leaves it. Read the mail in the <a href="/demo/mailbox">demo mailbox</a>.
mail-sent-nothing = Nothing came?
mail-sent-wait = Wait a few minutes and look into the folder for unwanted mail.
mail-sent-again = Check the address and <a href="{ $again }">send it again</a>. An address gets at most a few mails an hour.
mail-sent-have = You may have an account already: <a href="/login">sign in</a> or <a href="/forgot-password">choose a new password</a>.

# account/token_made.html
token-made-token = The token “{ $label }”
token-made-copy = Copy it now
token-made-copy-text = The token is shown this once. We keep only a fingerprint of it and cannot show it again.
token-made-try = Try it
token-made-until = It works until { $ends }. End it any time on the page of <a href="/account#tokens">your account</a>.
token-made-copied = I have copied it

# account/token_new.html
token-new-lead = The token may do all that you may do. Give each program its own, so that you can end one without the others.
token-new-label = What is it for?
token-new-label-hint = A name by which you will know it, such as “night report on my server”.
token-new-submit = Make the token
token-new-cancel = Cancel

# account/verify.html
verify-lead = Confirm that <strong>{ $email }</strong> is yours, { $name }.
verify-submit = Confirm my address
verify-stranger = If you did not register here, close this page. Without the button no account can be used.

# errors/error.html
error-changed = What is different
error-changed-caption = Fields that changed meanwhile
error-field = Field
error-saved = Saved now
error-yours = Yours
error-typed = What you typed
error-typed-text = None of this was saved. Copy what you want to keep.
error-do = What you can do
error-sign-in = <a href="/login">Sign in</a>, then send it again
error-role = If you should be able to do this, ask an administrator of your department for the role
error-search = Check the address, or search the <a href="/datasets">catalogue</a>
error-reload = Go back, reload the page and look at how things stand now
error-wait = Wait a moment, then reload the page
error-start = Go to the start page
error-request = Request number <code>{ $request_id }</code>

# demo/letter.html
letter-caught-to = To
letter-caught-written = Written
letter-caught-all = All mail
letter-caught-all-to = All mail to { $to }

# demo/mailbox.html
mailbox-lead = No mail leaves the demonstration. Here lies every message, with working links.
mailbox-only = Only mail to
mailbox-show = Show
mailbox-caption = Messages, newest first
mailbox-subject = Subject
mailbox-to = To
mailbox-written = Written
mailbox-empty = No mail yet
mailbox-register = Create an account
mailbox-empty-text = Register, apply or ask for a new password, then come back.
overview-own = Yours
overview-own-links = <a href="/applications">Applications</a>, <a href="/agreements">agreements</a>, <a href="/appeals">appeals</a>, <a href="/my-cases">cases</a>, <a href="/letters">letters</a>, <a href="/records/mine">requests for records</a>
leave-lead = Do you want no more mails about “{ $group }”?
leave-legal = What has legal effect is always mailed, and so is everything about the security of your account and keys.
leave-stop = Stop these mails
leave-keep = Keep getting them
leave-done = You get no more mails about “{ $group }”. The messages stay on your page.
leave-change = You can choose again in <a href="/account/notices">your account</a>.
