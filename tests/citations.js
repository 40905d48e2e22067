// What citation-js reads in files of citations, as JSON: {file: [reference in CSL]}. NODE_PATH says where it is.
const { Cite } = require("@citation-js/core");
require("@citation-js/plugin-bibtex");
require("@citation-js/plugin-csl");
require("@citation-js/plugin-ris");
const fs = require("fs");

const found = {};
for (const file of process.argv.slice(2)) {
  found[file] = new Cite(fs.readFileSync(file, "utf8")).data.map(({ _graph, ...reference }) => reference);
}
console.log(JSON.stringify(found));
