// The page stands in the middle of its work, where only the browser's own question can wait.
self.tryAgain = (place, why) => {
    if (confirm(`A part of the page, ${place}, could not be fetched (${why}). Look at the connection, then try again.`)) return true;
    document.body.append(Object.assign(document.createElement("p"), {
        className: "alert",
        role: "alert",
        textContent: `The page needs ${place} to go on, which could not be fetched. Reload it when the connection is back: the address leads to the same moment.`,
    }));
};
