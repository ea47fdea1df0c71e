using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Feedback.Quality;

/// <summary>The first labelled rows of a version of classes, by the window that brought them: what its later estimates are fitted on.</summary>
public sealed class ReferenceRows
{
    /// <summary>Chunks from which the thresholds of estimates come.</summary>
    private const int Chunks = 10;

    private readonly Lazy<PerformanceEstimator?> fitted;
    private readonly Lazy<IReadOnlyDictionary<string, MetricValue>> measured;

    /// <param name="windows">By beginning of the window.</param>
    /// <param name="complete">True when no more are taken.</param>
    public ReferenceRows(IReadOnlyDictionary<string, ScoredRows> windows, bool complete)
    {
        (Windows, Complete) = (windows, complete);
        (fitted, measured) = (new(Fit), new(Measure));
    }

    public static ReferenceRows None { get; } = new(new Dictionary<string, ScoredRows>(), false);

    public IReadOnlyDictionary<string, ScoredRows> Windows { get; }

    public bool Complete { get; }

    public static string Name(DateTimeOffset window) => window.UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);

    /// <summary>With the rows of a window; unchanged when it is complete without them.</summary>
    public ReferenceRows With(DateTimeOffset window, ScoredRows rows, int enough)
    {
        string name = Name(window);
        if (Complete && !Windows.ContainsKey(name))
            return this;
        var windows = new SortedDictionary<string, ScoredRows>(Windows.ToDictionary(), StringComparer.Ordinal) { [name] = rows };
        return new(windows, windows.Values.Sum(w => w.Count) >= enough);
    }

    /// <summary>All rows, the oldest first.</summary>
    public ScoredRows All()
    {
        int classes = Windows.Values.Last().Classes; // the settings may have changed on the way
        ScoredRows[] alike = [.. Windows.Values.Where(w => w.Classes == classes)];
        return new([.. alike.SelectMany(w => w.Scores)], [.. alike.SelectMany(w => w.Predictions)], [.. alike.SelectMany(w => w.Labels!)], classes);
    }

    /// <summary>An estimator for windows that are no part of the reference; null before it is complete or when it has one class only.</summary>
    public PerformanceEstimator? Estimator(DateTimeOffset window) => Complete && !Windows.ContainsKey(Name(window)) ? fitted.Value : null;

    /// <summary>The metric of all rows; null when they do not define it or are not complete.</summary>
    public MetricValue? Baseline(string metric) => Complete ? measured.Value.GetValueOrDefault(metric) : null;

    private PerformanceEstimator? Fit()
    {
        ScoredRows rows = All();
        return PerformanceEstimator.Fit(rows, Math.Max(1, rows.Count / Chunks), CalibrationChoice.Auto).Value;
    }

    private IReadOnlyDictionary<string, MetricValue> Measure()
    {
        ScoredRows rows = All();
        if (rows.Classes > 2)
            return MulticlassQuality.Evaluate(rows.Labels!, rows.Predictions, rows.ByRow(), [.. Enumerable.Range(0, rows.Classes).Select(c => $"{c}")], EvaluationOptions.Default).Metrics;
        return BinaryQuality.Evaluate(rows.Labels!, rows.Predictions, rows.Scores, ["0", "1"], EvaluationOptions.Default).Metrics;
    }
}

/// <summary>Keeps them, as blob <c>profiles/{model}/{version}/quality-reference.json</c>.</summary>
public sealed class VersionReference(BlobServiceClient service)
{
    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Profiles);

    public async Task<ReferenceRows> ReadAsync(ModelName model, string version, CancellationToken cancellation) => (await StoredAsync(model, version, cancellation)).Rows;

    /// <summary>Adds the rows of a window while they are not enough. Safe to repeat.</summary>
    public async Task<ReferenceRows> AddAsync(ModelName model, string version, DateTimeOffset window, ScoredRows rows, int enough, CancellationToken cancellation)
    {
        while (true)
        {
            (ReferenceRows known, ETag? tag) = await StoredAsync(model, version, cancellation);
            ReferenceRows with = known.With(window, rows, enough);
            if (ReferenceEquals(with, known))
                return known;
            try
            {
                BlobRequestConditions condition = tag is null ? new() { IfNoneMatch = ETag.All } : new() { IfMatch = tag };
                await Blob(model, version).UploadAsync(
                    BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(with, WindowJson.Default.ReferenceRows)), new BlobUploadOptions { Conditions = condition }, cancellation);
                return with;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
            {
                // Another host was there first, or ourselves in a request whose answer was lost: look again.
            }
        }
    }

    private async Task<(ReferenceRows Rows, ETag? Tag)> StoredAsync(ModelName model, string version, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await Blob(model, version).DownloadContentAsync(cancellation);
            return (JsonSerializer.Deserialize(read.Content, WindowJson.Default.ReferenceRows)!, read.Details.ETag);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return (ReferenceRows.None, null);
        }
    }

    private BlobClient Blob(ModelName model, string version) => container.GetBlobClient($"{model}/{version}/quality-reference.json");
}
