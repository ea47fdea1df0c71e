using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;

namespace Tidemark.Local;

/// <summary>The rows of <c>samples/heart/patients.csv</c>, dropped into storage as a file of 10,000 rows and watched until they are scored.</summary>
internal sealed class DroppedSample(string root, Uri suite, string storage) : IDisposable
{
    private const string Name = "heart/demo.csv";
    private const int Copies = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly HttpClient http = new() { BaseAddress = suite, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Drops the file and shows how far it is; true when every row was scored. Says in a line what came of it.</summary>
    public async Task<bool> ScoreAsync(CancellationToken cancellation)
    {
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(root, "samples/heart/patients.csv"), cancellation);
        string rows = string.Concat(lines[1..].Select(line => line + "\n"));
        string text = lines[0] + "\n" + string.Concat(Enumerable.Repeat(rows, Copies));
        var blob = new BlobContainerClient(storage, "incoming").GetBlobClient(Name);
        var dropped = (await blob.UploadAsync(BinaryData.FromString(text), overwrite: true, cancellation)).Value.LastModified;
        JsonNode job = await WatchAsync(dropped, cancellation);
        bool scored = (string?)job["state"] == "Completed" && (int?)job["scored"] == Copies * (lines.Length - 1);
        Screen.Line(scored
            ? string.Create(CultureInfo.InvariantCulture, $"ok    incoming/{Name}: {(int)job["scored"]!:N0} rows scored, {(double?)job["progress"]!["rate"]:N0} rows/s -> {(string?)job["links"]!["predictions"]}")
            : $"WRONG incoming/{Name}: {job.ToJsonString()}");
        return scored;
    }

    public void Dispose() => http.Dispose();

    /// <summary>The job of what was dropped, once it has ended or the patience has.</summary>
    private async Task<JsonNode> WatchAsync(DateTimeOffset dropped, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        JsonNode job = new JsonObject { ["state"] = "no job" };
        while (TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            string page = await http.GetStringAsync($"api/batches?source=incoming/{Name}&limit=1", cancellation);
            if (JsonNode.Parse(page)!["batches"]!.AsArray() is [{ } newest] && DateTimeOffset.Parse((string)newest["created"]!, CultureInfo.InvariantCulture) >= dropped)
            {
                job = newest;
                if ((string?)job["state"] is not ("Pending" or "Running" or "Committing")) return job;
                Screen.Progress(string.Create(CultureInfo.InvariantCulture, $"incoming/{Name}: {(long?)job["progress"]!["done"]:N0} of {(long?)job["progress"]!["rows"]:N0} rows ..."));
            }
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
        return job;
    }
}
