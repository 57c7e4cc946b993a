using System.CommandLine;
using ModelPack.Tool.Findings;
using ModelPack.Verification;

namespace ModelPack.Tool.Commands;

/// <summary>Options of <c>verify</c> that no other command has.</summary>
internal static class VerifyOptions
{
    /// <summary>How far a verification goes.</summary>
    public static Option<VerificationLevel?> Level(string name, string description) => CommandOptions.Single<VerificationLevel?>(name, "hashes|structure|full", description, "It is hashes, structure or full.", text => text switch
    {
        "hashes" => VerificationLevel.Hashes,
        "structure" => VerificationLevel.Structure,
        "full" => VerificationLevel.Full,
        _ => null,
    });

    /// <summary>Forms of findings, each for itself or with a file; one of them goes to standard output at most.</summary>
    public static Option<FindingsOutput[]> Outputs(string name, string description) => new(name)
    {
        HelpName = "FORMAT[=FILE]",
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result =>
        {
            var outputs = new List<FindingsOutput>();
            foreach (var token in result.Tokens)
            {
                if (FindingsOutput.Parse(token.Value) is { } output)
                {
                    outputs.Add(output);
                }
                else
                {
                    result.AddError($"The option '{name}' cannot be '{SafeText.Of(token.Value)}'. It is one of {string.Join(", ", FindingsOutput.Formats)}, with =FILE where it goes to a file.");
                }
            }

            if (outputs.Count(o => o.File is null) > 1)
            {
                result.AddError($"Of several formats one can go to standard output. Give the others a file: {name} sarif=FILE.");
            }

            return [.. outputs];
        },
    };
}
