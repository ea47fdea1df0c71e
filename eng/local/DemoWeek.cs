using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Tidemark.Local;

/// <summary>
/// A week of predictions of a model <c>heart-week</c>, so that drift, quality, alerts and reports have something to show: made once, by writing the
/// prediction log of the seven days before today, sending labels, and asking for the checks and yesterday's report.
/// </summary>
internal sealed class DemoWeek(HeartSample heart, HttpClient http, string storage, TimeProvider time)
{
    public const string Model = "heart-week";

    /// <summary>Nothing that the launcher itself asks is logged; quality is to stay near what it was in training.</summary>
    private static readonly object Monitoring = new
    {
        log = new { sampleRate = 0 },
        quality = new { rules = new object[] { new { metric = "recall", below = 0.7 }, new { metric = "accuracy", below = 0.75 }, new { metric = "roc_auc", drop = 0.05, action = "retrain" } } },
    };

    private const int Days = 7, FirstHour = 8, Hours = 8, RowsAnHour = 150;
    private const double Labelled = 0.4;

    /// <summary>Path of the page; made now unless it is there.</summary>
    public async Task<string> ReportAsync(CancellationToken cancellation)
    {
        JsonNode known = await heart.CallAsync(HttpMethod.Get, $"api/reports?model={Model}&limit=100", null, cancellation);
        JsonArray reports = known["reports"]!.AsArray();
        if ((reports.FirstOrDefault(r => (string?)r!["level"] == "alarm") ?? reports.FirstOrDefault()) is { } found)
            return (string)found["html"]!;

        string version = await heart.ServeAsync(Model, cancellation);
        // What this launcher asks the model is no patient of today.
        await QuietAsync(cancellation);
        DateTimeOffset today = new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        JsonArray labels = await LogAsync(version, today, cancellation);
        await heart.CallAsync(HttpMethod.Post, "api/feedback", new JsonObject { ["model"] = Model, ["labels"] = labels }, cancellation);
        for (int day = -Days; day < 0; day++)
            await heart.CallAsync(HttpMethod.Post, "api/drift/checks", Span(today.AddDays(day).AddHours(FirstHour), today.AddDays(day).AddHours(FirstHour + Hours)), cancellation);
        await heart.CallAsync(HttpMethod.Post, "api/quality/checks", new JsonObject { ["model"] = Model }, cancellation);
        return (string)(await heart.CallAsync(HttpMethod.Post, "api/reports", Span(today.AddDays(-1), today), cancellation))["html"]!;
    }

    private async Task QuietAsync(CancellationToken cancellation)
    {
        using var wish = new HttpRequestMessage(HttpMethod.Put, $"api/models/{Model}/monitoring") { Content = JsonContent.Create(Monitoring) };
        wish.Headers.IfNoneMatch.Add(System.Net.Http.Headers.EntityTagHeaderValue.Any);
        using HttpResponseMessage answer = await http.SendAsync(wish, cancellation);
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.PreconditionFailed)
            throw new SetupException($"PUT /api/models/{Model}/monitoring answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    /// <summary>Writes the log, an hour a file, with the answers of the model itself. Returns labels of a part of it.</summary>
    private async Task<JsonArray> LogAsync(string version, DateTimeOffset today, CancellationToken cancellation)
    {
        var patients = new DemoPatients(20261121);
        var labels = new JsonArray();
        BlobContainerClient log = new BlobServiceClient(storage).GetBlobContainerClient("prediction-log");
        for (int day = -Days; day < 0; day++)
        {
            bool drifted = day == -1;
            DemoPatient[] rows = [.. Enumerable.Range(0, Hours * RowsAnHour).Select(_ => patients.Next(drifted))];
            double[] answers = await PredictAsync([.. rows.Select(r => r.Row)], cancellation);
            for (int hour = 0; hour < Hours; hour++)
            {
                DateTimeOffset from = today.AddDays(day).AddHours(FirstHour + hour);
                var lines = new StringBuilder();
                for (int i = hour * RowsAnHour; i < (hour + 1) * RowsAnHour; i++)
                {
                    DateTimeOffset at = from.AddSeconds((i % RowsAnHour) * 3600.0 / RowsAnHour);
                    string id = Guid.CreateVersion7(at).ToString();
                    lines.Append(Line(id, at, version, rows[i].Row, answers[i])).Append('\n');
                    if (patients.Chance(Labelled))
                        labels.Add(new JsonObject { ["predictionId"] = id, ["label"] = rows[i].Sick ? "1" : "0" });
                }

                await WriteAsync(log.GetBlobClient(string.Create(CultureInfo.InvariantCulture, $"{Model}/{from.UtcDateTime:yyyy'/'MM'/'dd'/'HH}/demo-1.jsonl.gz")), lines.ToString(), version, cancellation);
            }
        }

        return labels;
    }

    private async Task<double[]> PredictAsync(JsonArray[] rows, CancellationToken cancellation)
    {
        var split = new JsonObject { ["columns"] = new JsonArray([.. DemoPatients.Columns.Select(c => (JsonNode)c)]), ["data"] = new JsonArray([.. rows.Select(r => r.DeepClone())]) };
        JsonNode answer = await heart.CallAsync(HttpMethod.Post, $"models/{Model}/invocations", new JsonObject { ["dataframe_split"] = split }, cancellation);
        return [.. answer["predictions"]!.AsArray().Select(p => (double)p!["probabilities"]![1]!)];
    }

    private static string Line(string id, DateTimeOffset at, string version, JsonArray row, double probability)
    {
        var line = new JsonObject
        {
            ["prediction_id"] = id,
            ["time"] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["version"] = version,
            ["source"] = "http",
            ["latency_ms"] = 0.4,
            ["sample_rate"] = 1,
        };
        for (int i = 0; i < row.Count; i++)
            line["input." + DemoPatients.Columns[i]] = row[i]!.DeepClone();
        line["output.label"] = probability >= 0.5 ? 1 : 0;
        line["output.probabilities.0"] = 1 - probability;
        line["output.probabilities.1"] = probability;
        return line.ToJsonString();
    }

    private static async Task WriteAsync(BlobClient blob, string lines, string version, CancellationToken cancellation)
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(lines), cancellation);
        packed.Position = 0;
        var metadata = new Dictionary<string, string> { ["version"] = version, ["rows"] = RowsAnHour.ToString(CultureInfo.InvariantCulture) };
        await blob.UploadAsync(packed, new BlobUploadOptions { Metadata = metadata }, cancellation);
    }

    private static JsonObject Span(DateTimeOffset from, DateTimeOffset to) => new()
    {
        ["model"] = Model,
        ["from"] = from.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["to"] = to.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };
}
