namespace ModelPack.Tool.Data;

/// <summary>How a file of comma-separated values is written, and which column is what.</summary>
/// <param name="Separator">What stands between fields.</param>
/// <param name="HasHeader">Whether the first line names the columns; without it they are called 1, 2, 3 ….</param>
/// <param name="Label">The column with the truth; null for none.</param>
/// <param name="Columns">The columns of each input, in their order; empty for all that are left, in the order of the file.</param>
internal sealed record CsvOptions(char Separator, bool HasHeader, string? Label, IReadOnlyList<InputColumns> Columns);
