"""Pure mathematics on counts and arrays: estimates with their intervals. Nothing is imported here.

Where a question is answered:

    Do raters agree?                              `agreement`: a module for each coefficient
    Many coefficients of several raters at once?  `reference_tables`
    How well do people agree with each other?     `ceiling`, `contested` (and what one reference label hides)
    And if people's labels are themselves wrong?  `human_noise`
    May a judge stand in for a person?            `alternative_annotator`
    How common is something, by many verdicts
      and few labels?                             `rates.estimate_rate`, which chooses among the methods of `rates`
    A share of weighted or clustered items?       `shares`; of plain counts `intervals`, `exact_intervals`
    A share of each of many small slices?         `shrinkage`
    How are several answers combined?             `aggregation`: `votes`, `dawid_skene`, `stack`
    Which way to combine them is best?            `aggregation.compare_rules`, beside `aggregation.best_single`
    Which judges are worth keeping?               `aggregation.choose_panel`
    Do judges err together?                       `dependence`, `chance_adjusted`, `aggregation.condorcet`
    Which of two systems is better?               `aggregation.bradley_terry`
    What is a confidence worth?                   `confidence.reliability`; made to say so by `confidence.maps`
    When may a judge decide alone?                `selective`, on labels that `thinning` makes equally likely
    Did something get worse from old to new?      `change`: `paired`, `clustered`, `independent`, `noninferiority`
    Does something drift?                         `monitoring`: `betting`, `confidence_sequence`; why: `attribution`
    How many labels, or pairs, are needed?        `planning`, `change.power`

What these are made of:

    `estimate`            what comes back: a number with its interval, or why there is none
    `reasons`             why there is none, in the same words everywhere
    `arrays`              what arrays hold
    `patterns`, `units`   distinct answers counted once; what a bootstrap draws
    `bootstrap`           intervals by resampling items or clusters
    `influence`           standard errors of weighted and clustered means, and their intervals
    `clusters`, `folds`   items that depend on each other; parts to learn on and to measure on
    `quantiles`           of the normal and of Student's distribution
    `confusion`           tables of two raters
    `logistic`, `ordinal_logistic`   ridge regressions on classes

Arrays have the same names everywhere: `answers` (items, raters) or (items,), with codes from 0 and -1 for none; `truth`
(items,), -1 for no label; `categories`, how many codes there are; `weights` (items,), 1 / inclusion probability;
`clusters` (items,), the same number for items that depend on each other. `confidence` is that of the interval, `draws`
those of the bootstrap, `rng` the generator they come from.
"""
