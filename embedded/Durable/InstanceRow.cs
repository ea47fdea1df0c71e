using Azure;
using Azure.Data.Tables;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>Who waits for an instance: a call of its parent.</summary>
internal sealed record ParentCall(string Instance, string Name, string Execution, int TaskId);

/// <summary>How an instance stands: one row, whose ETag guards all that is written of the instance.</summary>
internal sealed record InstanceRow(string Id, string Name, string Execution)
{
    public const string Key = "instance";

    public string Version { get; init; } = "";

    public OrchestrationRuntimeStatus Status { get; init; } = OrchestrationRuntimeStatus.Pending;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>It stays Pending until then.</summary>
    public DateTimeOffset? StartAt { get; init; }

    public StoredText Input { get; init; }

    public StoredText Output { get; init; }

    public StoredText CustomStatus { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public ParentCall? Parent { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Episodes in the history of this execution.</summary>
    public int Episodes { get; init; }

    /// <summary>Row key of the episode whose actions may not have been sent yet.</summary>
    public string? Unsent { get; init; }

    /// <summary>The engine that works on it; empty for none.</summary>
    public string Owner { get; init; } = "";

    public DateTimeOffset LeaseUntil { get; init; }

    public ETag ETag { get; init; }

    public bool HasEnded => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public static InstanceRow From(TableEntity row) => new(row.PartitionKey, row.GetString(nameof(Name)), row.GetString(nameof(Execution)))
    {
        Version = row.GetString(nameof(Version)),
        Status = Enum.Parse<OrchestrationRuntimeStatus>(row.GetString(nameof(Status))),
        CreatedAt = row.GetDateTimeOffset(nameof(CreatedAt))!.Value,
        UpdatedAt = row.GetDateTimeOffset(nameof(UpdatedAt))!.Value,
        StartAt = row.GetDateTimeOffset(nameof(StartAt)),
        Input = StoredText.Read(row, nameof(Input)),
        Output = StoredText.Read(row, nameof(Output)),
        CustomStatus = StoredText.Read(row, nameof(CustomStatus)),
        Failure = row.GetString(nameof(Failure)) is { } failure ? Episode.FromJson<TaskFailureDetails>(failure) : null,
        Parent = row.GetString(nameof(Parent)) is { } parent ? Episode.FromJson<ParentCall>(parent) : null,
        Tags = Episode.FromJson<Dictionary<string, string>>(row.GetString(nameof(Tags))),
        Episodes = row.GetInt32(nameof(Episodes))!.Value,
        Unsent = row.GetString(nameof(Unsent)) is { Length: > 0 } unsent ? unsent : null,
        Owner = row.GetString(RowLease.OwnerColumn),
        LeaseUntil = row.GetDateTimeOffset(RowLease.UntilColumn)!.Value,
        ETag = row.ETag,
    };

    public TableEntity ToEntity()
    {
        TableEntity row = new(Id, Key)
        {
            [nameof(Name)] = Name,
            [nameof(Execution)] = Execution,
            [nameof(Version)] = Version,
            [nameof(Status)] = Status.ToString(),
            [nameof(CreatedAt)] = CreatedAt,
            [nameof(UpdatedAt)] = UpdatedAt,
            [nameof(Tags)] = Episode.ToJson(Tags),
            [nameof(Episodes)] = Episodes,
            [nameof(Unsent)] = Unsent ?? "",
            [RowLease.OwnerColumn] = Owner,
            [RowLease.UntilColumn] = LeaseUntil,
        };
        if (StartAt is { } startAt) row[nameof(StartAt)] = startAt;
        if (Failure is not null) row[nameof(Failure)] = Episode.ToJson(Shortened(Failure));
        if (Parent is not null) row[nameof(Parent)] = Episode.ToJson(Parent);
        Input.Write(row, nameof(Input));
        Output.Write(row, nameof(Output));
        CustomStatus.Write(row, nameof(CustomStatus));
        return row;
    }

    /// <summary>Failures must fit into a column: texts are cut to 2,000 characters and causes to four.</summary>
    private static TaskFailureDetails Shortened(TaskFailureDetails failure, int depth = 4) => failure with
    {
        ErrorMessage = Cut(failure.ErrorMessage)!,
        StackTrace = Cut(failure.StackTrace),
        InnerFailure = failure.InnerFailure is { } inner && depth > 1 ? Shortened(inner, depth - 1) : null,
    };

    private static string? Cut(string? text) => text is { Length: > 2_000 } ? text[..2_000] : text;
}
