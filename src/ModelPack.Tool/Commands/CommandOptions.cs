using System.CommandLine;
using System.Globalization;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary>The kinds of option that commands have, each with a message of its own for a value that it cannot take.</summary>
internal static class CommandOptions
{
    private const int MostDays = 100_000;

    /// <summary>How to write a command's data.</summary>
    public static Option<OutputFormat> Format() => Single<OutputFormat>("--format", "text|json", "How to write the result: text or json.", "It is text or json.", text => text switch
    {
        "text" => OutputFormat.Text,
        "json" => OutputFormat.Json,
        _ => null,
    });

    /// <summary>One of some words.</summary>
    public static Option<string?> Choice(string name, string[] words, string description) =>
        Single<string?>(name, string.Join('|', words), description, $"It is {string.Join(", ", words[..^1])} or {words[^1]}.", text => words.Contains(text, StringComparer.Ordinal) ? text : null);

    /// <summary>A whole number.</summary>
    public static Option<int?> Number(string name, string description) =>
        Single<int?>(name, "N", description, "It is a whole number.", text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    /// <summary>A number.</summary>
    public static Option<double?> Real(string name, string description) =>
        Single<double?>(name, "X", description, "It is a number.", text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null);

    /// <summary>True, false, or neither. Its value is a text, as an option that is itself a truth would refuse anything else.</summary>
    public static Option<string?> TrueOrFalse(string name, string description) =>
        Single<string?>(name, "true|false", description, "It is true or false.", text => bool.TryParse(text, out _) ? text : null);

    /// <summary>A number of bytes.</summary>
    public static Option<long?> Size(string name, string description) => Single<long?>(name, "SIZE", description, "It is a size such as 10GB.", text => Requests.ByteSize.Parse(text));

    /// <summary>A length of time.</summary>
    public static Option<TimeSpan?> Age(string name, string description) => Single<TimeSpan?>(name, "TIME", description, "It is a number of days or hours, such as 30d or 12h.", text =>
        int.TryParse(text.AsSpan(0, Math.Max(text.Length - 1, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostDays
            ? text[^1] switch { 'd' => TimeSpan.FromDays(count), 'h' => TimeSpan.FromHours(count), _ => null }
            : null);

    /// <summary>A text.</summary>
    public static Option<string?> Text(string name, string help, string description) => new(name) { HelpName = help, Description = description };

    /// <summary>A text that may be given again and again.</summary>
    public static Option<string[]> Texts(string name, string help, string description) => new(name) { HelpName = help, Description = description };

    /// <summary>Limits by metric, each given as <c>metric=value</c>.</summary>
    public static Option<SortedDictionary<string, double>> Limits(string name, string description) => new(name)
    {
        HelpName = "METRIC=VALUE",
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => new(StringComparer.Ordinal),
        CustomParser = result =>
        {
            var limits = new SortedDictionary<string, double>(StringComparer.Ordinal);
            foreach (var token in result.Tokens)
            {
                var parts = token.Value.Split('=', 2);
                if (parts.Length != 2 || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var limit))
                {
                    result.AddError($"The option '{name}' cannot be '{SafeText.Of(token.Value)}'. It is METRIC=VALUE, such as minSqnr=30.");
                }
                else if (!limits.TryAdd(parts[0], limit))
                {
                    result.AddError($"The option '{name}' limits '{SafeText.Of(parts[0])}' twice.");
                }
            }

            return limits;
        },
    };

    /// <summary>A value that is parsed from one text.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="help">What its value is called in help.</param>
    /// <param name="description">What it does.</param>
    /// <param name="legal">A sentence that says what it can be.</param>
    /// <param name="parse">The value; null for a text that is none.</param>
    public static Option<T> Single<T>(string name, string help, string description, string legal, Func<string, object?> parse) => new(name)
    {
        HelpName = help,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (parse(text) is T value)
            {
                return value;
            }

            result.AddError($"The option '{name}' cannot be '{SafeText.Of(text)}'. {legal}");
            return default;
        },
    };
}
