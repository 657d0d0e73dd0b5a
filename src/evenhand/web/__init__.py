"""The pages of `evenhand review serve`.

Where a question is answered:

    Which addresses are there, and who may ask?      `routes`: a table, a module for each part of it
    What happens to every request?                   `app`, with the rules of `security`, run by `middleware`
    Who is signed in?                                `sessions`; who guesses is slowed down: `sign_in_guard`, `limits`
    What does a page show?                           `item_page` (its texts: `item_page_blocks`), `adjudicate_page`,
                                                     `lead_page`, `other_pages`
    What did a reviewer send?                        `item_page_form`
    How is hostile text drawn?                       `rendering_text`; Markdown and JSON: `rendering_markdown`
    How does a page become HTML?                     `rendering`, from `templates`
    In which words?                                  `strings`, from `strings.json`
    How does a person like the pages?                `page_settings`
    What is the same for all requests?               `app_settings`; desks of adjudicators and leads: `lead_desks`
    Where does it listen, and how does it end?       `server`

An item's page is made of `OpenItem` alone, which has no field for anything hidden. Nothing here opens a ledger: pages
reach it through `evenhand.workflows.review`. `static` holds the script, the style and htmx as it was published.
"""
