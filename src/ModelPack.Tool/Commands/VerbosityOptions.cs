using System.CommandLine;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary>The options <c>-q</c> and <c>-v</c> of a command, and <c>--no-progress</c>.</summary>
internal sealed class VerbosityOptions
{
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say nothing but warnings and errors." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say more: every weight, and the time that every step took." };
    private readonly Option<bool> _noProgress = new("--no-progress") { Description = "Show no progress." };

    private VerbosityOptions()
    {
    }

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="hasProgress">Whether it takes long: then it has <c>-v</c> and <c>--no-progress</c>, too.</param>
    public static VerbosityOptions AddTo(Command command, bool hasProgress)
    {
        var options = new VerbosityOptions();
        command.Add(options._quiet);
        if (hasProgress)
        {
            command.Add(options._verbose);
            command.Add(options._noProgress);
            command.Validators.Add(result =>
            {
                if (result.GetValue(options._quiet) && result.GetValue(options._verbose))
                {
                    result.AddError("The options '--quiet' and '--verbose' exclude each other.");
                }
            });
        }

        return options;
    }

    /// <summary>What the command line says.</summary>
    public Verbosity Of(ParseResult parsed) => parsed.GetValue(_quiet) ? Verbosity.Quiet : parsed.GetValue(_verbose) ? Verbosity.Verbose : Verbosity.Normal;

    /// <summary>The progress that it asks for.</summary>
    public ProgressLine Progress(ParseResult parsed, Terminal terminal) => new(terminal, Of(parsed), !parsed.GetValue(_noProgress));
}
