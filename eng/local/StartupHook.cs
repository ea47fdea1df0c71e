using System.Runtime.InteropServices;
using Tidemark.Local;

/// <summary>
/// Runs in the host process before its Main (<c>DOTNET_STARTUP_HOOKS</c>, set by HostProcess; the name and the missing namespace are .NET's rule).
/// The host then ends when its parent is gone, and leaves Ctrl-C to the parent.
/// </summary>
internal static partial class StartupHook
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    public static void Initialize()
    {
        // Out of the terminal's process group: Ctrl-C reaches the launcher alone, which stops the host before Azurite.
        _ = SetProcessGroup(0, 0);
        new Thread(EndWithParent) { IsBackground = true, Name = "end with parent" }.Start();
    }

    // Standard input is a pipe from the parent; it ends when the parent is gone, even by kill -9.
    private static void EndWithParent()
    {
        using Stream parent = Console.OpenStandardInput();
        while (parent.ReadByte() >= 0) { }
        Signal.Send(Environment.ProcessId, Signal.Terminate);
        using var never = new ManualResetEventSlim();
        never.Wait(Grace);
        Environment.Exit(1);
    }

    [LibraryImport("libc", EntryPoint = "setpgid")]
    private static partial int SetProcessGroup(int process, int group);
}
