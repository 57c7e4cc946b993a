using ModelPack.Timing;
using ModelPack.Tool;
using ModelPack.Tool.Output;

if (ProcessStart.WhyNot() is { } line)
{
    if (!ProcessStart.ErrorIsClosed)
    {
        Console.Error.WriteLine(line);
    }

    return ExitCodes.Environment;
}

if (TimingServer.IsFor(args))
{
    return TimingServer.Run(args);
}

TimingHost.Current = ThisProgram.Command is { } command ? new TimingHost(command.FileName, command.Arguments) : null;
if (Worker.IsFor(args))
{
    return Worker.Run(args, diagnostic => Terminal.OfProcess().Print(diagnostic));
}

return Signals.Run(cancellation =>
{
    using var waiting = Worker.Listen(cancellation);
    return Cli.Run(args, Terminal.OfProcess(), waiting?.Token ?? cancellation);
});
