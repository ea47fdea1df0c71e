using System.Globalization;

namespace Tidemark.Platform.PredictionLog;

/// <summary>Names of the prediction log's columns and blobs.</summary>
public static class LogNames
{
    public const string Id = "prediction_id";
    public const string Time = "time";
    public const string Version = "version";
    public const string Source = "source";
    public const string Latency = "latency_ms";
    public const string Rate = "sample_rate";
    public const string Correlation = "correlation_id";
    public const string Key = "key";

    /// <summary>Before the name of a column that went into the model.</summary>
    public const string Input = "input.";

    /// <summary>Before the name of a value that came out of it.</summary>
    public const string Output = "output.";

    /// <summary>A row answered over HTTP.</summary>
    public const string FromHttp = "http";

    /// <summary>A row of a batch.</summary>
    public const string FromBatch = "batch";

    /// <summary>The hour that holds the instant, UTC.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    /// <summary><c>{model}/{yyyy}/{MM}/{dd}/{HH}/</c>: where all rows of a model and an hour lie.</summary>
    /// <param name="model">A model's name that has been parsed.</param>
    /// <param name="time">Any instant of the hour.</param>
    public static string Folder(string model, DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{model}/{time.UtcDateTime:yyyy'/'MM'/'dd'/'HH}/");

    /// <summary>The <paramref name="number"/>th file of a host in an hour.</summary>
    public static string File(string model, DateTimeOffset time, string instance, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder(model, time)}{instance}-{number}.jsonl.gz");

    /// <summary>What a shard of a batch logs, in the hour in which the job was created: a repeated shard writes the same file again.</summary>
    public static string BatchFile(string model, DateTimeOffset created, string job, int shard) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder(model, created)}batch-{job}-{shard}.jsonl.gz");
}
