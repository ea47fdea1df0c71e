using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace Tidemark.Embedded;

internal enum MessageKind
{
    Started,
    ActivityCompleted,
    ActivityFailed,
    TimerFired,
    ChildCompleted,
    ChildFailed,
    EventRaised,
    Suspended,
    Resumed,
    Terminated,
}

/// <summary>Something that happened to an instance: waits in its inbox, then is part of its history.</summary>
/// <param name="Id">The same when it is sent twice, so that it is taken once.</param>
internal sealed record Message(MessageKind Kind, string Id)
{
    /// <summary>The execution that it is for; null: whichever runs.</summary>
    public string? Execution { get; init; }

    /// <summary>Sequence number of the action that it answers.</summary>
    public int TaskId { get; init; } = -1;

    /// <summary>Name of an event.</summary>
    public string? Name { get; init; }

    /// <summary>Input, result, payload or reason.</summary>
    public string? Data { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    /// <summary>A failure that no retry can mend, such as a function that does not exist.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Of a timer: when it was due. No clock of a host that runs behind makes the orchestrator see an earlier time.</summary>
    public DateTime? FireAt { get; init; }

    /// <summary>Of a termination: whether the children go too.</summary>
    public bool Recursive { get; init; }

    /// <summary>Of a start by <c>ContinueAsNew</c>: events that nobody had waited for.</summary>
    public IReadOnlyList<Message> Carried { get; init; } = [];

    /// <summary>Of a start by <c>ContinueAsNew</c>: identifiers of the last events taken before, in case they are sent again.</summary>
    public IReadOnlyList<string> Seen { get; init; } = [];
}

internal enum ActionKind
{
    Activity,
    Timer,
    Child,
    Event,
    TerminateChild,
}

/// <summary>Something that the orchestrator wants done.</summary>
/// <param name="Id">Sequence number in the execution, from 0.</param>
internal sealed record OrchestratorAction(ActionKind Kind, int Id)
{
    /// <summary>Of the activity, orchestrator or event.</summary>
    public string? Name { get; init; }

    /// <summary>Input or payload.</summary>
    public string? Data { get; init; }

    /// <summary>Whom it concerns: the child, or the receiver of an event.</summary>
    public string? Instance { get; init; }

    public string? Version { get; init; }

    public IDictionary<string, string>? Tags { get; init; }

    public DateTime? FireAt { get; init; }

    /// <summary>Whether a replay that does <paramref name="other"/> in its place does the same.</summary>
    public bool IsSameAs(OrchestratorAction other) =>
        Kind == other.Kind && Id == other.Id && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>One turn of the orchestrator: what it was told at <paramref name="Time"/>, and what it then wanted done.</summary>
/// <param name="Number">From 0 in each execution.</param>
internal sealed record Episode(
    string Execution, int Number, DateTime Time, IReadOnlyList<Message> Messages, IReadOnlyList<OrchestratorAction> Actions)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Key => $"{KeysOf(Execution)}{Number:D8}";

    /// <summary>What the row keys of an execution begin with.</summary>
    public static string KeysOf(string execution) => $"h-{execution}-";

    public static string ToJson<T>(T value) => JsonSerializer.Serialize(value, Json);

    public static T FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, Json) ?? throw new InvalidDataException("An empty record in the hub.");
}
