# Sentences of the rules: views kept under a name
said-views-word = Views
said-keep-this-view = Keep this view
said-view-is-kept = The view “{ $name }” is kept.
said-view-is-deleted = The view “{ $name }” is deleted.
said-view-is-older = This view is older than the page, which does not know any more: { $names }.
said-there-is-no-such-page = There is no such page.
said-nothing-to-keep = There is nothing to keep yet. Choose a filter first.
said-question-too-long = This question is too long to be kept.
said-view-name-taken = You keep a view of this name already. Choose another name.
said-too-many-views = You keep { $count } views already. Delete one first.
