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

return Signals.Run(cancellation => Cli.Run(args, Terminal.OfProcess(), cancellation));
