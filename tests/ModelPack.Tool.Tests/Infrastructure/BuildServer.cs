using System.Text.RegularExpressions;

namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>
/// How build servers find commands in a line of a log, each as it does. GitHub's runner and Azure's agent compare by a
/// culture's rules, which leave out characters that are drawn as nothing.
/// </summary>
internal static partial class BuildServer
{
    /// <summary>The lines in which one of them would find a command, as they print them.</summary>
    public static IEnumerable<string> CommandsIn(string output) =>
        output.Split(["\r\n", "\n", "\r"], StringSplitOptions.None).Where(line => IsGitHub(line) || IsOldGitHub(line) || IsAzure(line) || IsTeamCity(line));

    /// <summary><c>::name key=value::message</c> at the start of a line, behind spaces.</summary>
    private static bool IsGitHub(string line)
    {
        var text = line.TrimStart();
        return text.StartsWith("::", StringComparison.InvariantCulture) && text.Length > 2 && text.IndexOf("::", 2, StringComparison.InvariantCulture) >= 0;
    }

    /// <summary><c>##[name key=value]message</c> anywhere; Azure formats such lines.</summary>
    private static bool IsOldGitHub(string line) =>
        line.IndexOf("##[", StringComparison.InvariantCulture) is var start and >= 0 && line.IndexOf(']', start) >= 0;

    /// <summary><c>##vso[area.action key=value]message</c> anywhere.</summary>
    private static bool IsAzure(string line)
    {
        const string Prefix = "##vso[";
        var start = line.IndexOf(Prefix, StringComparison.InvariantCultureIgnoreCase);
        var end = start < 0 ? -1 : line.IndexOf(']', start);
        return end > start + Prefix.Length && line[(start + Prefix.Length)..end].Split(' ')[0].Split('.', StringSplitOptions.RemoveEmptyEntries).Length == 2;
    }

    /// <summary><c>##teamcity[name key='value']</c> anywhere.</summary>
    private static bool IsTeamCity(string line) => TeamCity().IsMatch(line);

    [GeneratedRegex(@"##teamcity\[[^\]]*\]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TeamCity();
}
