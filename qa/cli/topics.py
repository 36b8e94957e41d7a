"""What `qa help TOPIC` prints: the essentials of the pages in docs/, in lines of a terminal.

Owns the words. Tests hold them against what they speak of.
"""

TOPICS = {
    "places": """\
A place says where a quoted sentence stands. qa prints it with every citation
and every hit, and takes it again:

    1                            a number of the last answer
    handbook/leave.md:12         a line of a file of text, also of a table in
                                 .csv, .tsv or .jsonl
    report.pdf#page=12           a page, also a slide of a presentation
    staff.xlsx#Sales!14          a row of a sheet
    talk.srt#00:01:08            a time
    trial.ipynb#cell=3           a cell of a notebook
    invoice.eml#2/report.pdf#page=3   in what is attached to a mail
    handbook/leave.md@120-180    characters 120 to 180 of the text

    qa show PLACE                in its surroundings, the sentence marked
    qa open PLACE                the original in the browser; --editor in yours
    qa show FILE --text          the whole text that these places count in

A file counts from the current folder, else from the documents' folder.
""",
    "formats": """\
Read are, each with places of its own kind (qa help places):

    text of any name             Markdown, source code, logs, configuration …,
                                 in any usual encoding
    .pdf                         also tables, forms and notes; scanned pages
                                 with tesseract and QA_OCR=1
    .docx .odt .rtf .html .epub  headings, lists, tables, notes, comments
    .pptx .odp                   slides with charts, diagrams and notes
    .xlsx .ods .csv .tsv         each row with the names of its columns
    .ipynb .json .jsonl          cells, paths with their values, records
    .eml .emlx .mbox .mhtml      with what is attached
    .srt .vtt                    what is said, and when
    .ics .vcf                    events and contacts

Left out are hidden files, what .gitignore and .qaignore exclude, likely
secrets, links that lead outside, pictures, sound, archives, old Office files
(.doc, .xls, .ppt, .msg), and what is damaged, protected or a bomb.

    qa status                    what was left out, and why
    qa doctor                    also what could not be read of a file
    qa show FILE --text          what was read of it
""",
    "exit-codes": """\
    0    answered, or sentences quoted where no model was to answer
    1    the documents don't say
    2    usage: an empty question, an unknown option or topic
    3    some of the answer is not supported, or a cited file has changed
    4    documents or index: missing, unreadable, damaged, or not whole
    5    the model or the embedding service; qa ask still quotes sentences
    70   a bug; QA_DEBUG=1 shows where
    130  Ctrl-C (143: SIGTERM, 141: a closed pipe)

What can be mended is one sentence on standard error. With --json an object
{"error": {"code", "message", "hint", "exit"}} is on standard output too.
""",
    "settings": """\
Options come first, then the environment, then .env beside seeds/, then
[settings] in your own config.toml. qa status lists each with its origin.

    QA_SEEDS, QA_HOME            documents, and the folder of the index
    QA_EMBEDDER                  auto, static, minilm, e5, openai, openai:MODEL
    QA_MODEL                     the chat model; none asks none; cmd:COMMAND
    OPENAI_API_KEY, OPENAI_BASE_URL
                                 a model is asked when either is set
    QA_CONTEXT                   tokens of passages for a model, at most
    QA_JUDGE                     who judges claims: auto, chat, none
    QA_READER                    the local reader: auto, none
    QA_MAX_COST                  dollars a question may spend on embedding
    QA_OFFLINE                   1: no connection at all
    QA_OCR                       1: scanned pages with tesseract
    QA_FOLLOW                    1: links that lead outside the documents
    QA_HISTORY                   0: no questions are kept but the last
    QA_CHROMA                    a Chroma server, http://host:port
    QA_CHROMA_TOKEN, QA_CHROMA_TENANT, QA_CHROMA_DATABASE, QA_COLLECTION
                                 as that server wants them

NO_COLOR, PAGER, VISUAL and EDITOR count as everywhere.
""",
    "models": """\
Without a key qa makes no connection: it quotes the sentences that answer best.
With a key, an endpoint or a program of your own a model writes the answer, and
each of its sentences is checked against the sentences that it cites:

    export OPENAI_API_KEY=sk-…
    export OPENAI_BASE_URL=http://localhost:11434/v1 QA_MODEL=llama3.2
    export QA_MODEL='cmd:claude -p'

The first is OpenAI, the second a server of your own (Ollama, vLLM, llama.cpp),
the third an installed program. Passages of your documents then go there; where
to is said once for each folder.

    qa ask --no-llm "…"          asks none; so does QA_MODEL=none
    qa ask -m NAME "…"           this one
    qa ask --double-check "…"    has the chat model judge each claim
    qa ask --only-supported "…"  leaves out what is marked [?]
    qa calibrate                 how often a model is wrong here
    qa doctor --online           does the endpoint answer, and take the key?
""",
    "folders": """\
The documents are those of the nearest seeds/, here or above; where there is
none, those of the current folder.

    qa ask --seeds ~/notes "…"   another folder or a file; also several times
    qa folders add notes ~/notes
                                 gives a folder a name, or several one
    qa ask @notes "…"            asks it, from anywhere; @a @b asks both
    qa folders list              the names; qa folders remove NAME forgets one
    qa ask --in 'hr/*.md' "…"    only files that match, as in a .gitignore

show, open, verify and ask -c mean the documents of your last answer. An index
is made at the first question and follows the files: a project's own in its
.qa/, all others in your cache folder. Nothing is written beside documents.
""",
    "trust": """\
Somebody else's folder makes qa write, delete or send nothing elsewhere. An
index that was not made here is set aside, and no link in one is followed.

A .env may choose models, numbers and places in its own folder. An endpoint, a
key, a path that leads out, or a higher limit of cost counts only after

    qa trust                     agrees to what this project's .env does

for that folder, and as long as the file stays as it is.
""",
}
"""Each by its name."""
