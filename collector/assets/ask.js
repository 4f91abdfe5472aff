// What a script asks the server for.

// The answer. Whoever was logged out meanwhile goes to the login, and from there back to the page.
export async function ask(address) {
  const answer = await fetch(address);
  if (!answer.redirected) return answer;
  location.reload();
  return new Promise(() => {});
}
