# Renewals as the holder opens, answers and signs them.

my-renewal-done = Renewed
my-renewal-done-more = <a href="{ $href }">Open the new agreement</a>. It took the place of { $number }.
my-renewal-ended = The agreement has ended
my-renewal-ended-on = Its last day was <time datetime="{ $at }">{ $day }</time> and its keys have stopped.
my-renewal-ended-still = If the departments still confirm the renewal, a new agreement begins then; you make new keys for it.
my-renewal-stays = The end stays where it is
my-renewal-stays-more = <a href="{ $href }">{ $number }</a> ends after <time datetime="{ $at }">{ $day }</time>, also while a renewal is under way: there is no grace. To lose no day, sign in good time for the departments to confirm.
my-renewal-returned = It came back to you
my-renewal-closed = Closed
my-renewal-who = Who has it now
my-renewal-confirm-until = You signed. These confirm it, at the latest on <time datetime="{ $at }">{ $day }</time>:
my-renewal-confirm = You signed. These confirm it:
my-renewal-conditions = 1. Conditions to attest again
my-renewal-conditions-more = What the gate enforces by itself is not asked. For each of these, say whether it was met and how.
my-renewal-condition = Condition:
my-renewal-met = Was it met?
my-renewal-how = How is it met? If it is not: why, and what do you do about it?
my-renewal-no-conditions = This agreement has no conditions that people must attest.
my-renewal-contacts = 2. Who answers for the data
my-renewal-contacts-more = Confirm these, or change them.
my-renewal-save = Save and check
my-renewal-attested = What you attested
my-renewal-back = Take the renewal back
my-renewal-back-more = The agreement runs to its last day and ends. You can open another renewal before that.
my-renewal-back-do = Take it back

my-renewal-missing = Something is missing
my-renewal-missing-more = <a href="/renewals/{ $id }">Complete your answers</a>, then sign here.
my-renewal-lead = Read everything once more. Nothing is sent before you sign at the end of this page.
my-renewal-begins = { $number } ends after <time datetime="{ $at }">{ $day }</time> in any case. The new agreement begins when every department has confirmed it, and runs on from that day.
my-renewal-attest = 1. What you attest
my-renewal-change = Change these answers
my-renewal-new = 2. The new agreement
my-renewal-exact = This is the exact text, under the terms that bind now.
my-renewal-sign = 3. Sign
my-renewal-cannot = You can sign when nothing is missing any more.

part-renewal-condition = Condition
part-renewal-met = Met?
part-renewal-yes = Met
part-renewal-no = Not met
part-renewal-open = Not answered yet
part-renewal-words = In their words
part-renewal-none = There are no conditions that people must attest.
part-renewal-contacts = Who answers for the data
part-renewal-not-given = Not given
part-renewal-before = Before: { $before }
my-renewal-appeal = Appeal this refusal
