using Microsoft.Extensions.Configuration;
using Tidemark.Operate;

// What operators and pipelines need beside Azure's own tools:
//     dotnet run -c Release --project eng/operate -- COMMAND …
return await OperateCommand.RunAsync(args, new ConfigurationBuilder().AddEnvironmentVariables().Build(), Console.Out, Console.Error);
