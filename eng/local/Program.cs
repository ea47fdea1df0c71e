using System.CommandLine;
using System.CommandLine.Help;
using Tidemark.Local;

var defaults = new LaunchOptions(Root());
var port = Port("--port", "Port of the suite, else the one in local.settings.json (7071); 0: any free one.", most: 65535);
var storagePort = Port("--storage-port", $"Port of Azurite's blob service, else {defaults.StoragePort}; queues and tables take the next two. 0: any free ones.", most: 65533);
var data = new Option<string>("--data") { Description = "Folder that Azurite keeps its data in, else .azurite.", DefaultValueFactory = _ => defaults.Data };
var check = new Option<bool>("--check") { Description = "Do it all once on storage in memory, check the answers, stop. Exit code 0 when all is well, else 1." };
var demo = new Option<string?>("--demo") { Description = "A story to show: decay, a sensor model that decays and is trained anew by itself (some minutes)." };
demo.AcceptOnlyFromAmong("decay");

var run = new Command("./run", "Starts Tidemark on this machine with Azurite and a real model; Ctrl-C stops everything.") { port, storagePort, data, check, demo, new HelpOption() };
run.SetAction(arguments => Launcher.RunAsync(defaults with
{
    Port = arguments.GetValue(port),
    StoragePort = arguments.GetValue(storagePort) ?? defaults.StoragePort,
    Data = Path.GetFullPath(arguments.GetRequiredValue(data)),
    Check = arguments.GetValue(check),
    Demo = arguments.GetValue(demo),
}));
var arguments = run.Parse(args);
if (arguments.Errors is [var error, ..])
{
    Screen.Error($"{error.Message} ./run --help lists the options.");
    return 1;
}
// Ctrl-C is the launcher's: it has things to stop, in order.
return await arguments.InvokeAsync(new() { ProcessTerminationTimeout = null });

static Option<int?> Port(string name, string description, int most) => new(name)
{
    Description = description,
    CustomParser = result =>
    {
        string text = result.Tokens.Single().Value;
        if (int.TryParse(text, out int value) && value >= 0 && value <= most) return value;
        result.AddError($"{name} must be a port, 0 to {most}, not '{text}'.");
        return null;
    },
};

// The launcher runs from artifacts/ inside the clone.
static string Root()
{
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Functions.sln"))) folder = folder.Parent;
    return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside a clone of the repository.");
}
