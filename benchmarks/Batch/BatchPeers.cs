using System.Diagnostics;
using System.Globalization;
using CsvHelper;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Benchmarks.Models;

namespace Tidemark.Benchmarks.Batch;

/// <summary>The peers written in C#, each run as a process of its own by the hidden verb <c>score</c>.</summary>
internal static class BatchPeers
{
    /// <summary>The model alone: blocks of 1,024 rows that are in memory already.</summary>
    public const string Raw = "raw";

    /// <summary>The parser of <see cref="SpanPipeline"/> alone.</summary>
    public const string Parse = "parse";

    public const string Span = "span";
    public const string SpanTwo = "span2";
    public const string CsvHelperLoop = "csvhelper";

    public static string[] All { get; } = [Raw, Parse, Span, SpanTwo, CsvHelperLoop];

    public static int Score(string peer, string model, string input, string output)
    {
        using InferenceSession session = BatchScorer.Open(model);
        Warm(session);
        Console.WriteLine(BatchFigure.Measure(() => peer switch
        {
            Raw => Rescore(session, rows: 1_000_000),
            CsvHelperLoop => Plain(session, input, output),
            _ => Pipe(peer == Parse ? null : session, input, output, peer == SpanTwo ? 2 : 1),
        }));
        return 0;
    }

    private static (long Rows, double Sum) Pipe(InferenceSession? session, string input, string output, int threads)
    {
        using var pipeline = new SpanPipeline(
            session, new FileStream(input, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan), new FileStream(output, FileMode.Create, FileAccess.Write, FileShare.None, 0));
        return pipeline.Run(threads);
    }

    private static (long Rows, double Sum) Rescore(InferenceSession session, long rows)
    {
        const int Kept = 32; // blocks, all different: rows that repeat make trees look faster than they are
        using var scorer = new BatchScorer(session);
        var random = new Random(1);
        float[][] blocks = [.. Enumerable.Range(0, Kept).Select(_ => (float[])[.. scorer.Input.Select(_ => BenchmarkModels.Normal(random))])];
        long done = 0;
        for (int i = 0; done < rows; i++, done += BatchScorer.Rows)
        {
            blocks[i % Kept].CopyTo(scorer.Input, 0);
            scorer.Score(BatchScorer.Rows);
        }
        return (done, scorer.Sum);
    }

    /// <summary>What one writes in a quarter of an hour: CsvHelper, NamedOnnxValue, blocks of 1,024 rows.</summary>
    private static (long Rows, double Sum) Plain(InferenceSession session, string input, string output)
    {
        using var csv = new CsvReader(new StreamReader(input), CultureInfo.InvariantCulture);
        using var writer = new StreamWriter(output);
        writer.WriteLine("label,probability");
        var block = new List<float[]>(BatchScorer.Rows);
        (long rows, double sum) = (0, 0);
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            float[] row = new float[BenchmarkModels.Features];
            for (int i = 0; i < row.Length; i++) row[i] = csv.GetField<float>(i);
            block.Add(row);
            if (block.Count == BatchScorer.Rows) Flush();
        }
        if (block.Count > 0) Flush();
        return (rows, sum);

        void Flush()
        {
            var tensor = new DenseTensor<float>(block.SelectMany(r => r).ToArray(), [block.Count, BenchmarkModels.Features]);
            using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("input", tensor)], ["probabilities"]);
            Tensor<float> probabilities = outputs[0].AsTensor<float>();
            for (int i = 0; i < block.Count; i++)
            {
                float p = probabilities[i, 1];
                sum += p;
                writer.WriteLine($"{(p > 0.5f ? 1 : 0)},{p.ToString("F7", CultureInfo.InvariantCulture)}");
            }
            rows += block.Count;
            block.Clear();
        }
    }

    /// <summary>The compiler's second look, as in a service that has run for a while.</summary>
    private static void Warm(InferenceSession session)
    {
        using var text = new MemoryStream();
        BatchData.Write(text, 4_000);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(2))
        {
            using var pipeline = new SpanPipeline(session, new MemoryStream(text.GetBuffer(), 0, (int)text.Length), Stream.Null);
            pipeline.Run(threads: 1);
        }
    }
}
