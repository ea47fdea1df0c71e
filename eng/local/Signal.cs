using System.Runtime.InteropServices;

namespace Tidemark.Local;

/// <summary>POSIX signals, which .NET can receive and not send.</summary>
internal static partial class Signal
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>To a process by its number; one that is gone already is no error.</summary>
    public static void Send(int process, int signal) => _ = SendSignal(process, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
