namespace Tidemark.Local;

/// <summary>Something on this machine is missing, taken or broken. The message is one sentence (or two) that ends with the remedy.</summary>
internal sealed class SetupException(string sentence, Exception? cause = null) : Exception(sentence, cause);
