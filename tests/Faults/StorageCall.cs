using System.Text.RegularExpressions;

namespace Tidemark.Tests.Faults;

internal enum StorageService
{
    Blobs,
    Queues,
    Tables,
}

/// <summary>What becomes of a call to storage; the numbers are HTTP status codes.</summary>
public enum StorageFate
{
    Served,

    /// <summary>The connection breaks before storage has seen the call.</summary>
    NotReached,

    /// <summary>Storage carries it out, and the connection breaks before the answer comes.</summary>
    AnswerLost,
    Throttled = 429,
    InternalError = 500,
    Busy = 503,
}

internal enum Moment
{
    Before,
    After,
}

/// <summary>One HTTP call of a host to storage.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Body">Of messages and entities; null for blobs.</param>
internal sealed partial record StorageCall(int Number, StorageService Service, string Method, string Path, string Query, BinaryData? Body)
{
    /// <summary>Path below the account, e.g. <c>results/ab12/result.csv</c>.</summary>
    public string Name { get; } = Path.IndexOf('/', 1) is > 0 and var slash ? Path[(slash + 1)..] : "";

    public bool StagesBlock => Service == StorageService.Blobs && Method == "PUT" && Query.Contains("comp=block&", StringComparison.Ordinal);

    public bool CommitsBlocks => Service == StorageService.Blobs && Method == "PUT" && Query.Contains("comp=blocklist", StringComparison.Ordinal);

    public bool PutsMessage => Service == StorageService.Queues && Method == "POST" && Name.EndsWith("/messages", StringComparison.Ordinal);

    /// <summary>A longer lease on a message.</summary>
    public bool Renews => Service == StorageService.Queues && Method == "PUT" && Query.Contains("popreceipt", StringComparison.Ordinal);

    /// <summary>Puts a message on this very queue (and not on its poison queue).</summary>
    public bool PutsMessageOn(string queue) => PutsMessage && Name == $"{queue}/messages";

    /// <summary>Inserts or changes rows of a table, alone or in a transaction.</summary>
    public bool Writes(string table) => Service == StorageService.Tables && Method != "GET"
        && (Table().Match(Name).Value == table || (Name == "$batch" && Regex.IsMatch(Body!.ToString(), $@"/{table}\b")));

    [GeneratedRegex(@"^\w+")]
    private static partial Regex Table();
}
