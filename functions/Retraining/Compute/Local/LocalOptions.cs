using System.ComponentModel.DataAnnotations;

namespace Tidemark.Retraining.Compute.Local;

/// <summary>Trainers as processes beside the host; section <c>Compute:Local</c> of the configuration.</summary>
public sealed class LocalOptions
{
    public const string Section = "Compute:Local";

    /// <value>Command line of the trainer, words with blanks in double quotes; <c>--claim</c> and more is added. Default: the C# trainer in folder <c>trainer</c> beside the app.</value>
    public string Command { get; set; } = "";

    /// <value>Trainers that one host runs at the same time; more runs wait. Default 1.</value>
    [Range(1, 64)]
    public int Processes { get; set; } = 1;

    /// <value>Threads of a trainer; 0: all cores. Default 0.</value>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <value>How long a trainer may take to write its checkpoint when it is stopped; then it is killed. Default 12 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>The program and the words after it.</summary>
    public string[] Words() => Command.Length > 0 ? Split(Command) : ["dotnet", Path.Combine(AppContext.BaseDirectory, "trainer", "Tidemark.Trainer.dll")];

    private static string[] Split(string line)
    {
        List<string> words = [];
        int at = 0;
        while (at < line.Length)
        {
            char end = line[at] == '"' ? '"' : ' ';
            int from = end == '"' ? at + 1 : at, to = line.IndexOf(end, from);
            if (to < 0) to = line.Length;
            if (to > from) words.Add(line[from..to]);
            at = to + 1;
        }

        return [.. words];
    }
}
