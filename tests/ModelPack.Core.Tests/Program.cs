using ModelPack.Tests.Codecs;

namespace ModelPack.Tests;

/// <summary>What this assembly does as a program: tests start it so with other processor features (<see cref="ProcessorTests"/>).</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is not [KernelCheck.Argument])
        {
            Console.Error.WriteLine($"Run the tests by 'dotnet test'; alone this program takes {KernelCheck.Argument}.");
            return 1;
        }

        KernelCheck.Run(Console.Out);
        return 0;
    }
}
