"""What is refused, in German: messages and hints by their English, gaps in the same order unless numbered.

What has a key of its own stands in `de.toml`; these are the many that are said at one place each. Those about
graphs and derivatives stand here, all others in `german_reading_refusals.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from symbackprop.catalogue.german_reading_refusals import READING

GRAPHS: Mapping[str, str] = {
    # graphs and their text
    "is printed like {}": "wird gedruckt wie {}",
    "Give it another printed name, as in  {}: {} as z":
        "Geben Sie ihm einen anderen gedruckten Namen, etwa  {}: {} as z",
    "wrt takes names": "wrt nimmt Namen",
    "Write wrt=['W'].": "Schreiben Sie wrt=['W'].",
    "{}[{}] is used by later steps: what arrives from outside and what comes back through time are two error "
    "signals": "{}[{}] wird von späteren Schritten gelesen: was von außen ankommt und was durch die Zeit "
               "zurückkommt, sind zwei Fehlersignale",
    "Give the output a name of its own:  y[{}] = {}[{}]":
        "Geben Sie der Ausgabe einen eigenen Namen:  y[{}] = {}[{}]",
    "{} depends on no real input": "{} hängt von keiner reellen Eingabe ab",
    "{} is an integer label; it has no derivative":
        "{} ist eine Klasse, also eine ganze Zahl; nach ihr gibt es keine Ableitung",
    "{} is both the output and the variable": "{} ist Ausgabe und Variable zugleich",
    "the graph defines no node": "der Graph definiert keinen Knoten",
    "Add a line such as  L = sum((y - x)**2)": "Fügen Sie eine Zeile hinzu, etwa  L = sum((y - x)**2)",
    "two different symbols are called `{}`": "zwei verschiedene Symbole heißen `{}`",
    "Rename one of them.": "Benennen Sie eines von beiden um.",
    "is the name of the time index and of a {}": "ist der Name des Zeitindex und noch von etwas ({})",
    "is the name of a size and of a symbol": "ist der Name einer Größe und eines Symbols",
    "the size of {} {}": "die Größe von {} ist unklar: {}",
    "Declare it before it is used:  {}[t]: d{}": "Deklarieren Sie sie vorher:  {}[t]: d{}",
    "`{}` is not a declared time index": "`{}` ist kein deklarierter Zeitindex",
    "Declare it:  {}: 1..T": "Deklarieren Sie ihn:  {}: 1..T",
    "`{}[0]` is the start of a recurrence": "`{}[0]` ist der Anfang einer Rekursion",
    "Declare t: 1..T, then write  {}[0] = x  before  {}[t] = …":
        "Deklarieren Sie t: 1..T und schreiben Sie  {}[0] = x  vor  {}[t] = …",
    "a recurrence cannot start from another one": "eine Rekursion kann nicht bei einer anderen beginnen",
    "`{}` is not a size": "`{}` ist keine Größe",
    "A size is a number or a name, as in  n x 3.": "Eine Größe ist eine Zahl oder ein Name, etwa  n x 3.",
    "A size is a number or a name.": "Eine Größe ist eine Zahl oder ein Name.",
    "a size is at least 1, not {}": "eine Größe ist mindestens 1, nicht {}",
    "assumed {}, defined as {}": "angenommen {}, definiert als {}",
    "starts as {}, defined as {}": "beginnt als {}, definiert als {}",
    "declared {}, defined as {}": "deklariert als {}, definiert als {}",
    "the expression is nested too deeply": "der Ausdruck ist zu tief geschachtelt",
    "{}[0] is given, but {} has no recurrence": "{}[0] ist gegeben, aber {} hat keine Rekursion",
    "Add a line such as  {}[t] = …": "Fügen Sie eine Zeile hinzu, etwa  {}[t] = …",
    "is a function already": "ist schon eine Funktion",
    "Take another name, as phi.": "Nehmen Sie einen anderen Namen, etwa phi.",
    "`{}` is a word of Python": "`{}` ist ein Wort von Python",
    "Take another name, as in  lam: n": "Nehmen Sie einen anderen Namen, etwa  lam: n",
    "Take another name, as in  x: n": "Nehmen Sie einen anderen Namen, etwa  x: n",
    "`{}` is not a time range": "`{}` ist kein Zeitbereich",
    "Write  t: 1..T": "Schreiben Sie  t: 1..T",
    "`{}` is not a name": "`{}` ist kein Name",
    "Letters, digits and _; the printed name is tex=.":
        "Buchstaben, Ziffern und _; der gedruckte Name ist tex=.",
    "`{}` says something of a square matrix, not of {}":
        "`{}` sagt etwas über eine quadratische Matrix, nicht über {}",
    "`{}` says something of the entries along an axis, not of a scalar":
        "`{}` sagt etwas über die Einträge entlang einer Achse, nicht über eine Zahl",
    "{}: {}, the limit is {}": "{}: {}, die Grenze ist {}",
    "no sizes are found with {}": "keine Größen gefunden mit {}",
    "needs {}, given {}": "braucht {}, gegeben ist {}",
    # expressions
    "`{}` may not stand in a graph": "`{}` darf nicht in einem Graphen stehen",
    "Allowed: + - * / @ ** .T [ ] numbers, names and functions.":
        "Erlaubt: + - * / @ ** .T [ ] Zahlen, Namen und Funktionen.",
    "`{}` is a function": "`{}` ist eine Funktion",
    "Write {}(…).": "Schreiben Sie {}(…).",
    "Write  {}": "Schreiben Sie  {}",
    "`{}[{}]` is no step a graph can name here": "`{}[{}]` ist kein Schritt, den ein Graph hier nennen kann",
    "Outside time {}[{}] may stand, and {}[0] where it is given; inside, {}[{}] and {}[{}-1].":
        "Außerhalb der Zeit darf {}[{}] stehen, auch {}[0], wo gegeben; innerhalb {}[{}] und {}[{}-1].",
    "`{}` is not a whole number": "`{}` ist keine ganze Zahl",
    "`over=` needs the declared time index": "`over=` braucht den deklarierten Zeitindex",
    "option `{}` is not a number": "die Option `{}` ist keine Zahl",
    "`{}` is beyond double precision": "`{}` liegt jenseits doppelter Genauigkeit",
    "Numbers lie between 1e-300 and 1e300.": "Zahlen liegen zwischen 1e-300 und 1e300.",
    "the expression cannot be read: too deep or too large":
        "der Ausdruck ist nicht zu lesen: zu tief oder zu groß",
    "`{}` is recurrent": "`{}` ist rekurrent",
    "Write {}[{}].": "Schreiben Sie {}[{}].",
    "`{}`: numbers are compared by < <= > >= == !=": "`{}`: Zahlen vergleicht man mit < <= > >= == !=",
    "options are written out, without **": "Optionen schreibt man aus, ohne **",
    "the option `{}` is given twice": "die Option `{}` ist zweimal gegeben",
    "Several axes are a tuple, as in  axis=(0, 1)": "Mehrere Achsen sind ein Tupel, etwa  axis=(0, 1)",
    "`{}` divides by 0": "`{}` teilt durch 0",
    "`{}` looks into the future": "`{}` blickt in die Zukunft",
    "Only t, t-1, … may stand in a definition.": "In einer Definition dürfen nur t, t-1, … stehen.",
    "{} is no number": "{} ist keine Zahl",
    "Numbers in a graph are finite.": "Zahlen in einem Graphen sind endlich.",
    "`{}` is not an expression or a number": "`{}` ist weder ein Ausdruck noch eine Zahl",
    "an exponent is a number": "ein Exponent ist eine Zahl",
    "an expression is not a sequence; take entries with x[i] or x[:, i]":
        "ein Ausdruck ist keine Folge; Einträge nimmt man mit x[i] oder x[:, i]",
    "unknown option `{}`; known: {}": "unbekannte Option `{}`; bekannt: {}",
    "`{}` is a number": "`{}` ist eine Zahl",
    "{} is {}; .T is for matrices": "{} ist {}; .T gehört zu Matrizen",
    "Write .mT to swap the last two axes, or permute(x, …).":
        "Schreiben Sie .mT, um die letzten zwei Achsen zu tauschen, oder permute(x, …).",
    "{} is no condition": "{} ist keine Bedingung",
    "Conditions are comparisons, as in  (x > 0) & (x < 1)":
        "Bedingungen sind Vergleiche, etwa  (x > 0) & (x < 1)",
    "{} is a label; numbers are compared": "{} ist eine Klasse; verglichen werden Zahlen",
    "The class of {} is  onehot({}).": "Die Klasse von {} ist  onehot({}).",
    # axes and sizes
    "axis must be a whole number, not `{}`": "axis muss eine ganze Zahl sein, nicht `{}`",
    "axis must be a whole number, not {}": "axis muss eine ganze Zahl sein, nicht {}",
    "{} is {} and has no axis {}": "{} ist {} und hat keine Achse {}",
    "axis {} of {} is named twice": "Achse {} von {} ist zweimal genannt",
    "Name every axis once, counted from 0 or from the end.":
        "Nennen Sie jede Achse einmal, von 0 an oder vom Ende her gezählt.",
    "takes the new order of the axes": "nimmt die neue Reihenfolge der Achsen",
    "Write  permute(x, (2, 0, 1))": "Schreiben Sie  permute(x, (2, 0, 1))",
    "{} does not order {} axes": "{} ordnet nicht {} Achsen",
    "{} is {}; {}": "{} ist {}; {}",
    "Say the axis, as in  {}({}, axis=-1)": "Nennen Sie die Achse, etwa  {}({}, axis=-1)",
    "Say the axis, as in  cumprod(x, axis=-1)": "Nennen Sie die Achse, etwa  cumprod(x, axis=-1)",
    "{} are compared entry by entry, not every pair ({})":
        "{} werden Eintrag für Eintrag verglichen, nicht jedes Paar ({})",
    "Reshape one of them to the shape of the other.": "Bringen Sie eines in die Form des anderen (reshape).",
    "takes the new shape": "nimmt die neue Form",
    "Write  reshape(x, n, d)": "Schreiben Sie  reshape(x, n, d)",
    "one size may be -1, not two": "eine Größe darf -1 sein, nicht zwei",
    "{} is {}; its {} entries do not fall into {} equal parts":
        "{} ist {}; seine {} Einträge zerfallen nicht in {} gleiche Teile",
    "Say every size, or take sizes whose product divides the entries.":
        "Nennen Sie jede Größe, oder nehmen Sie Größen, deren Produkt die Einträge teilt.",
    "{} names {}, where one of {} is wanted": "{} nennt {}, gesucht ist eine von {}",
    "Declare it as  {}: {} label {}": "Deklarieren Sie es als  {}: {} label {}",
    "keepdims is True or False": "keepdims ist True oder False",
    "takes no axis": "nimmt keine Achse",
    "{} does not fall into {} equal parts": "{} zerfällt nicht in {} gleiche Teile",
    "Declare the axis as a number that {} divides, or as {}*k.":
        "Deklarieren Sie die Achse als Zahl, die {} teilt, oder als {}*k.",
    "{} is {}; n x c x … is needed": "{} ist {}; gebraucht wird n x c x …",
    "{} is {}; … x h x w is needed": "{} ist {}; gebraucht wird … x h x w",
    "{} is {}; c x n or c x h x w is needed": "{} ist {}; gebraucht wird c x n oder c x h x w",
    "queries, keys and values are rows of matrices":
        "Anfragen, Schlüssel und Werte sind Zeilen von Matrizen",
    "{} is {}; heads split the columns of a matrix": "{} ist {}; heads teilt die Spalten einer Matrix",
    "k is a whole number": "k ist eine ganze Zahl",
    "{} is {}, not a matrix": "{} ist {}, keine Matrix",
    "{} is {}, not a square matrix": "{} ist {}, keine quadratische Matrix",
    "takes two arrays or more": "nimmt zwei oder mehr Felder",
    "The {} of one array is  {}(x)": "Das {} eines Feldes ist  {}(x)",
    "needs a mask": "braucht eine Maske",
    "{} is a number, not a mask": "{} ist eine Zahl, keine Maske",
    "Declare one, as in  m: {}, and write  {}": "Deklarieren Sie eine, etwa  m: {}, und schreiben Sie  {}",
    "one matrix for all samples, one right side for each":
        "eine Matrix für alle Beispiele, eine rechte Seite für jedes",
    "{} has no batch form for these arguments": "{} hat für diese Argumente keine Form für viele Beispiele",
    "Write the graph with the axis of samples.": "Schreiben Sie den Graphen mit der Achse der Beispiele.",
    "`{}` cannot name the number of samples": "`{}` kann nicht die Zahl der Beispiele nennen",
    "Choose a name that is no size and no symbol.":
        "Wählen Sie einen Namen, der weder Größe noch Symbol ist.",
    "{} is not what the samples are one by one": "{} ist nicht, was die Beispiele einzeln sind",
    "`{}` is no input": "`{}` ist keine Eingabe",
    "Inputs: {}": "Eingaben: {}",
    "the bounds {} and {} leave nothing between them": "zwischen den Grenzen {} und {} liegt nichts",
    "Write  clip(x, low, high)  with low < high.":
        "Schreiben Sie  clip(x, unten, oben)  mit unten < oben.",
    "a bound is a number": "eine Grenze ist eine Zahl",
    "With declared bounds write minimum(maximum(x, a), b).":
        "Mit deklarierten Grenzen schreiben Sie minimum(maximum(x, a), b).",
    "{} is {}; dot is for vectors and matrices": "{} ist {}; dot gehört zu Vektoren und Matrizen",
    "Write  x @ y  for stacks of matrices, or an einsum.":
        "Schreiben Sie  x @ y  für Stapel von Matrizen, oder ein einsum.",
    "{} is not declared `label K`": "{} ist nicht als `label K` deklariert",
    "{} names one of {} classes, not of {}": "{} nennt eine von {} Klassen, nicht von {}",
    "{} is one-hot, and log 0 is no number": "{} ist one-hot, und log 0 ist keine Zahl",
    "The probabilities stand first: cross_entropy(p, y)":
        "Die Wahrscheinlichkeiten stehen vorn: cross_entropy(p, y)",
    "{} is not known to be probabilities along axis {}":
        "von {} ist nicht bekannt, dass es entlang der Achse {} Wahrscheinlichkeiten sind",
    "Of scores write {}{}": "Für Scores (Logits) schreiben Sie {}{}",
    "{} names one of {} classes, but {} is {}": "{} nennt eine von {} Klassen, aber {} ist {}",
    "takes widths in front and behind, for each axis": "nimmt Breiten vorn und hinten, für jede Achse",
    "Write  pad(x, 1),  pad(x, (1, 2))  or  pad(X, (0, 0), (1, 1))":
        "Schreiben Sie  pad(x, 1),  pad(x, (1, 2))  oder  pad(X, (0, 0), (1, 1))",
    "takes how often": "nimmt, wie oft",
    "Write  tile(x, 3)  or  tile(X, 2, 3)": "Schreiben Sie  tile(x, 3)  oder  tile(X, 2, 3)",
    "takes arrays": "nimmt Felder",
    "Write  stack(x, y)": "Schreiben Sie  stack(x, y)",
    "Arrays of one shape are stacked; others stand side by side in a concat.":
        "Gestapelt werden Felder einer Form; andere stehen nebeneinander in einem concat.",
    "takes matrices": "nimmt Matrizen",
    "Write  block_diag(A, B)": "Schreiben Sie  block_diag(A, B)",
    "n is a number from 2 on": "n ist eine Zahl ab 2",
    "{} is {}; three entries are needed": "{} ist {}; gebraucht werden drei Einträge",
    "entries of {} may have any sign, and {} of them are multiplied":
        "Einträge von {} können jedes Vorzeichen haben, und {} davon werden multipliziert",
    "Declare  {}: {} positive,  or the size {} as a number.":
        "Deklarieren Sie  {}: {} positive,  oder die Größe {} als Zahl.",
    "{} is {}; without an axis NumPy's runs over all entries":
        "{} ist {}; ohne Achse läuft es bei NumPy über alle Einträge",
    "{} is a number; a variance is one of several": "{} ist eine Zahl; eine Varianz hat man von mehreren",
    "{} is {}; {} positions given": "{} ist {}; gegeben sind {} Positionen",
    "one axis may be a list of positions, not two":
        "eine Achse darf eine Liste von Positionen sein, nicht zwei",
    "Take one after the other:  X[[0, 2]][:, [1, 3]]":
        "Nehmen Sie eine nach der anderen:  X[[0, 2]][:, [1, 3]]",
    "a step is a whole number, not 0": "eine Schrittweite ist eine ganze Zahl, nicht 0",
    "the list has no positions": "die Liste hat keine Positionen",
    "how many entries a step of {} takes of {} does not follow":
        "wie viele Einträge ein Schritt von {} aus {} nimmt, folgt nicht",
    "the slice has no entries": "der Ausschnitt hat keine Einträge",
    "Declare the axis as a number, or as {}*k.": "Deklarieren Sie die Achse als Zahl, oder als {}*k.",
    "position {} need not exist in an axis of size {}":
        "die Position {} muss es in einer Achse der Größe {} nicht geben",
    "Declare the axis as {}, or with a number.": "Deklarieren Sie die Achse als {}, oder mit einer Zahl.",
    "{} does not lie in an axis of size {}": "{} liegt nicht in einer Achse der Größe {}",
    "{} has no entries": "{} hat keine Einträge",
    "{} is {}; the entries of a matrix are scalars": "{} ist {}; die Einträge einer Matrix sind Zahlen",
    "Blocks make a matrix in  block([[A, B], [C, D]]),  rows in  stack(x, y).":
        "Aus Blöcken macht  block([[A, B], [C, D]])  eine Matrix, aus Zeilen  stack(x, y).",
    "an array written out has entries": "ein ausgeschriebenes Feld hat Einträge",
    "the rows of a matrix are of one length": "die Zeilen einer Matrix sind gleich lang",
    "Write  [[2, 1], [1, 20]]  row by row.": "Schreiben Sie  [[2, 1], [1, 20]]  Zeile für Zeile.",
    "{} is {}; no axis {} can be new": "{} ist {}; eine neue Achse {} gibt es nicht",
    "takes rows of blocks": "nimmt Zeilen von Blöcken",
    "Write  block([[A, B], [C, D]])": "Schreiben Sie  block([[A, B], [C, D]])",
    "{} is {}; blocks are matrices": "{} ist {}; Blöcke sind Matrizen",
    # ops
    "takes {} {}, got {}": "nimmt {0} Argumente, bekam {2}",
    "ranks do not fit; defined for {}": "die Zahlen der Achsen passen nicht; definiert für {}",
    "attributes {} must be hashable": "die Optionen {} müssen hashbar sein",
    "the stacks have different axes in front": "die Stapel haben vorn verschiedene Achsen",
    "{} is {}, not {}": "{} ist {}, nicht {}",
    "{} is {}, but {} axes are needed": "{} ist {}, gebraucht werden {} Achsen",
    "{} must be a whole number": "{} muss eine ganze Zahl sein",
    "{} must be a whole number from 1 on": "{} muss eine ganze Zahl ab 1 sein",
    "the window is {} entries longer than the padded axis":
        "das Fenster ist {} Einträge länger als die aufgefüllte Achse",
    "⌊({}) / {}⌋ is not known": "⌊({}) / {}⌋ ist nicht bekannt",
    "With a stride above 1 declare the sizes as numbers, or so that the stride divides.":
        "Bei einer Schrittweite über 1 deklarieren Sie die Größen als Zahlen, oder so, dass sie aufgeht.",
    "cannot read `{}` ({})": "`{}` ist nicht zu lesen ({})",
    "`{}` has no `=`": "`{}` hat kein `=`",
    "its equation is not a matrix times the unknown":
        "seine Gleichung ist keine Matrix mal der Unbekannten",
    "`{}` is not a tensor with plain indices": "`{}` ist kein Tensor mit einfachen Indizes",
    "`{}` may not stand in an op equation": "`{}` darf nicht in der Gleichung einer Operation stehen",
    "`{}` is neither an argument nor an attribute": "`{}` ist weder ein Argument noch eine Option",
    "`{}` takes one argument here": "`{}` nimmt hier ein Argument",
    "`{}` is not an affine position": "`{}` ist keine affine Position",
    "`{}`: unknown operator": "`{}`: unbekannter Operator",
    "`{}` is not an argument or an earlier result": "`{}` ist weder ein Argument noch ein früheres Ergebnis",
    "`{}`: indexed unlike its declaration": "`{}`: anders indiziert als deklariert",
    "size({}): unknown index": "size({}): unbekannter Index",
    "`{}`: index {} has no size": "`{}`: der Index {} hat keine Größe",
    "scalar `{}` has neither a definition nor a NumPy function":
        "die Funktion `{}` hat weder eine Definition noch eine Funktion von NumPy",
    "`{}` is not a scalar function; known: {}": "`{}` ist keine skalare Funktion; bekannt: {}",
    "only scalars stand in a scalar function": "in einer skalaren Funktion stehen nur Zahlen",
    "SymPy's `{}` has no counterpart among the scalar functions":
        "für `{}` von SymPy gibt es keine skalare Funktion",
    "`{}` is one function of arrays of several sizes":
        "`{}` ist eine Funktion von Feldern verschiedener Größen",
    "needs two matrices, not {}": "braucht zwei Matrizen, nicht {}",
    "needs a matrix, not {}": "braucht eine Matrix, nicht {}",
    "needs a square matrix, not {}": "braucht eine quadratische Matrix, nicht {}",
    "needs arrays with an axis {}": "braucht Felder mit einer Achse {}",
    "needs an array with an axis": "braucht ein Feld mit einer Achse",
    "x is {}, so the label must be {}, not {}": "x ist {}, also muss die Klasse {} sein, nicht {}",
    "cannot turn {} ({} entries) into {} ({} entries)":
        "aus {} ({} Einträge) wird nicht {} ({} Einträge)",
    "spec `{}` needs `->` and one group per operand":
        "die Vorschrift `{}` braucht `->` und eine Gruppe je Operand",
    "spec `{}`: the result has an unknown letter":
        "Vorschrift `{}`: das Ergebnis hat einen unbekannten Buchstaben",
    "operand 1 is {} but operand {} is {}; all axes but {} must agree":
        "Operand 1 ist {}, aber Operand {} ist {}; alle Achsen außer {} müssen übereinstimmen",
    "`{}` names {} axes of {}": "`{}` nennt {} Achsen von {}",
    "{} is {} and {} in `{}`": "{} ist {} und {} in `{}`",
    "the exponent is a whole number from 1 on": "der Exponent ist eine ganze Zahl ab 1",
    "Take the inverse for negative powers.": "Für negative Potenzen nehmen Sie die Inverse.",
    # derivatives
    "{} depends on {} not only through {}": "{} hängt von {} nicht nur über {} ab",
    "Name a node that every way passes.": "Nennen Sie einen Knoten, durch den jeder Weg führt.",
    "{} is no label for the probabilities {}": "{} ist keine Klasse zu den Wahrscheinlichkeiten {}",
    "{}: scalar label k, or k onehot, and {}: k; or both numbers; or n of them.":
        "{}: scalar label k, oder k onehot, und {}: k; oder beides Zahlen; oder n davon.",
    "{} depends on {}": "{} hängt von {} ab",
    "Name the node that holds the probabilities.":
        "Nennen Sie den Knoten, der die Wahrscheinlichkeiten enthält.",
    "{} holds no probabilities, for instance {}": "{} enthält keine Wahrscheinlichkeiten, zum Beispiel {}",
    "Name a softmax, or a sigmoid.": "Nennen Sie ein Softmax oder eine Sigmoidfunktion.",
    "`{}` cannot name a direction": "`{}` kann keine Richtung nennen",
    "Choose a name that is no symbol, size or index letter.":
        "Wählen Sie einen Namen, der weder Symbol noch Größe noch Index ist.",
    "the derivative is no sum of Kronecker products":
        "die Ableitung ist keine Summe von Kroneckerprodukten",
    "Its entries are in latex().": "Ihre Einträge stehen in latex().",
    "name one variable": "nennen Sie eine Variable",
    "jacobian(g, of='C', wrt='B')": "jacobian(g, of='C', wrt='B')",
    "{} depends on {}: they do not vary by themselves":
        "{} hängt von {} ab: sie ändern sich nicht unabhängig",
    "Ask for one at a time.": "Fragen Sie nach jeder einzeln.",
    "{} is a matrix: no matrix holds all blocks": "{} ist eine Matrix: keine Matrix enthält alle Blöcke",
    "vec() of it does, with matrices under vec.": "vec() tut es, mit Matrizen unter vec.",
    "the block {} is no sum of Kronecker products": "der Block {} ist keine Summe von Kroneckerprodukten",
    "Its entries are in {}.latex(), its product with a direction in {}.jvp().":
        "Seine Einträge stehen in {}.latex(), sein Produkt mit einer Richtung in {}.jvp().",
    "no product of matrices says the block of {} and {}":
        "kein Produkt von Matrizen sagt den Block von {} und {}",
    "Its entries are in  …[x, y].latex()  of the derivative with these two names.":
        "Seine Einträge stehen in  …[x, y].latex()  der Ableitung mit diesen zwei Namen.",
    "{} is neither the sum nor the mean of -log {} at the labels {}":
        "{} ist weder Summe noch Mittel von -log {} bei den Klassen {}",
    "Name the loss of the likelihood alone.": "Nennen Sie den Verlust der Likelihood allein.",
    "the gradient of {} by {} does not have mean 0 over the labels {}":
        "der Gradient von {} nach {} hat über die Klassen {} nicht das Mittel 0",
    "Leave terms without labels out, a penalty say.":
        "Lassen Sie Terme ohne Klassen weg, etwa einen Strafterm.",
    "the labels of different samples stand in one term":
        "Klassen verschiedener Beispiele stehen in einem Term",
    "A loss of independent samples is a sum over them.":
        "Ein Verlust unabhängiger Beispiele ist eine Summe über sie.",
    "no closed form of ∂{}/∂{}": "keine geschlossene Form von ∂{}/∂{}",
    "Recurrences have gradients; use derive().": "Rekursionen haben Gradienten; nehmen Sie derive().",
    "{} is not a scalar": "{} ist keine Zahl",
    "Name a scalar with of=.": "Nennen Sie mit of= eine Zahl.",
    "{} is declared {}": "{} ist als {} deklariert",
    "Declare {} without it: entries are varied one by one.":
        "Deklarieren Sie {} ohne dies: die Einträge werden einzeln geändert.",
    # verification
    "no equation is printed, so nothing says that the pages are right":
        "keine Gleichung ist gedruckt, also sagt nichts, dass die Seiten stimmen",
    "show at least one derived part: show=('gradients', …)":
        "zeigen Sie mindestens einen hergeleiteten Teil: show=('gradients', …)",
    "seed {}; sizes {}": "Startwert {}; Größen {}",
    "`{}` is no scope": "`{}` ist kein Gültigkeitsbereich",
    "Scopes: {}": "Bereiche: {}",
    "no value for {}{}": "kein Wert für {}{}",
}  # fmt: skip

GERMAN: Mapping[str, str] = {**READING, **GRAPHS}


def in_german(said: str) -> str:
    """An English message or hint in German; '' for one that has none."""
    for pattern, german in patterns():
        if found := pattern.fullmatch(said):
            return german.format(*found.groups())
    return ""


@cache
def patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every row as a pattern, those with the most words of their own first."""
    rows = sorted(GERMAN.items(), key=lambda row: -len(row[0].replace("{}", "")))
    return tuple((re.compile("(.*?)".join(map(re.escape, e.split("{}"))), re.DOTALL), g) for e, g in rows)
