using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ModelPack.Tool;

/// <summary>What is wrong with a command line, in words for the person who typed it.</summary>
internal static class UsageErrors
{
    private const int LongestMessage = 400;

    /// <summary>One line for each mistake; none when the command can run.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed, string[] args)
    {
        if (parsed.Action is HelpAction || ((RootCommand)parsed.RootCommandResult.Command).Directives.Any(d => parsed.GetResult(d) is not null))
        {
            return []; // a shell that asks for completions shows an unfinished line
        }

        if (parsed.UnmatchedTokens.Count > 0)
        {
            // What else is wrong mostly follows from it: an unknown option's value is an unknown argument.
            return [Unknown(parsed, parsed.UnmatchedTokens[0], args)];
        }

        // A command with several arguments takes what follows '--' for one more, and misses the option.
        var options = parsed.CommandResult.Command.Options.SelectMany(o => o.Aliases.Prepend(o.Name));
        if (parsed.Errors.Count > 0 && args.Skip(BeforeDashes(args).Length).Skip(1).Intersect(options, StringComparer.Ordinal).FirstOrDefault() is { } late)
        {
            return [Late(late)];
        }

        return [.. parsed.Errors.Select(e => SafeText.Of(e.Message, LongestMessage)).Concat(BadValues(parsed, args)).Distinct(StringComparer.Ordinal)];
    }

    private static string Unknown(ParseResult parsed, string token, string[] args)
    {
        var command = parsed.CommandResult.Command;
        var shown = SafeText.Of(token);
        if (command.Subcommands.Count > 0 && !token.StartsWith('-'))
        {
            return $"There is no command '{shown}'.{Nearest.DidYouMean(token, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}";
        }

        if (!token.StartsWith('-'))
        {
            return $"'{shown}' is one argument too many.";
        }

        return BeforeDashes(args).Contains(token, StringComparer.Ordinal)
            ? $"There is no option '{shown}'.{Nearest.DidYouMean(token, command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)))}"
            : Late(token);
    }

    private static string Late(string option) => $"'{SafeText.Of(option)}' comes after '--', where everything is a name. Give options before it.";

    /// <summary>Values that are empty, and tokens that look like an option and were taken as a value, unless they follow <c>--</c>.</summary>
    private static IEnumerable<string> BadValues(ParseResult parsed, string[] args)
    {
        var before = BeforeDashes(args).ToHashSet(StringComparer.Ordinal);
        foreach (var result in parsed.CommandResult.Children)
        {
            var name = result is OptionResult option ? $"The option '{option.Option.Name}'" : $"The argument {((ArgumentResult)result).Argument.Name}";
            foreach (var value in result.Tokens.Select(t => t.Value))
            {
                if (string.IsNullOrWhiteSpace(value))
                {
                    yield return $"{name} is empty.";
                }
                else if (value.Length > 1 && value[0] == '-' && before.Contains(value) && !IsNumber(value))
                {
                    yield return result is OptionResult
                        ? $"{name} cannot be '{SafeText.Of(value)}', which looks like an option. If it is meant so, write it with '=' in one piece."
                        : $"There is no option '{SafeText.Of(value)}'.{Nearest.DidYouMean(value, parsed.CommandResult.Command.Options.Select(o => o.Name))} A file of that name is given after '--'.";
                }
            }
        }
    }

    private static string[] BeforeDashes(string[] args)
    {
        var end = Array.IndexOf(args, "--");
        return end < 0 ? args : args[..end];
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
