using Microsoft.ML.OnnxRuntime;
using Tidemark.Benchmarks.Models;
using Tidemark.Benchmarks.Servers;

namespace Tidemark.Benchmarks.Batch;

/// <summary>One thread's block of 1,024 rows in pinned memory, bound to the session once, and its answers as text.</summary>
internal sealed class BatchScorer : IDisposable
{
    public const int Rows = 1024;

    /// <summary>Bytes of <c>1,0.1234567\n</c>.</summary>
    public const int LineLength = 12;

    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly OrtIoBinding whole;
    private readonly float[] output = GC.AllocateArray<float>(Rows * 2, pinned: true);

    public BatchScorer(InferenceSession session)
    {
        this.session = session;
        whole = Bind(Rows);
    }

    /// <summary>The block, row-major.</summary>
    public float[] Input { get; } = GC.AllocateArray<float>(Rows * BenchmarkModels.Features, pinned: true);

    /// <summary>Sum of the probabilities of class 1 so far.</summary>
    public double Sum { get; private set; }

    public static InferenceSession Open(string model) => new(model, Server.SingleThread());

    /// <summary>Scores the first rows of the block.</summary>
    public void Score(int rows)
    {
        if (rows == Rows)
        {
            session.RunWithBinding(options, whole);
        }
        else
        {
            using OrtIoBinding part = Bind(rows);
            session.RunWithBinding(options, part);
        }
        double sum = 0;
        for (int i = 0; i < rows; i++) sum += output[(2 * i) + 1];
        Sum += sum;
    }

    /// <summary>Writes label and probability of the rows scored last; seven decimals.</summary>
    public int Format(int rows, Span<byte> to)
    {
        for (int i = 0; i < rows; i++)
        {
            float p = output[(2 * i) + 1];
            Span<byte> line = to.Slice(i * LineLength, LineLength);
            uint digits = (uint)((p * 1e7) + 0.5);
            for (int place = 10; place > 3; place--, digits /= 10) line[place] = (byte)('0' + (digits % 10));
            (line[0], line[1], line[2], line[3], line[11]) = ((byte)(p > 0.5f ? '1' : '0'), (byte)',', (byte)('0' + digits), (byte)'.', (byte)'\n');
        }
        return rows * LineLength;
    }

    public void Dispose()
    {
        whole.Dispose();
        options.Dispose();
    }

    private OrtIoBinding Bind(int rows)
    {
        OrtIoBinding binding = session.CreateIoBinding();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, Input.AsMemory(0, rows * BenchmarkModels.Features), [rows, BenchmarkModels.Features]);
        using OrtValue probabilities = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, output.AsMemory(0, rows * 2), [rows, 2]);
        binding.BindInput("input", input);
        binding.BindOutput("probabilities", probabilities);
        return binding;
    }
}
