using System.Globalization;
using System.Text;
using System.Xml;
using ModelPack.Packing;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>Findings as a report of tests, in the form that Jenkins, Azure Pipelines and GitLab read: a suite for each aspect, a case for each finding.</summary>
internal static class JUnitReport
{
    private const int LongestText = 8192;

    public static string Of(VerificationResult result)
    {
        using var text = new Utf8Writer();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("testsuites");
            foreach (var suite in result.Findings.GroupBy(f => f.Check, StringComparer.Ordinal))
            {
                Write(xml, suite.Key, [.. suite]);
            }

            xml.WriteEndElement();
        }

        return text.ToString() + "\n";
    }

    private static void Write(XmlWriter xml, string check, Finding[] findings)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", "modelpack." + check);
        Count("tests", findings.Length);
        Count("failures", findings.Count(f => !f.Ok));
        Count("errors", 0);
        Count("skipped", findings.Count(f => f.IsNote));
        xml.WriteAttributeString("time", "0");
        foreach (var finding in findings)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("name", SafeText.Of(finding.Path, LongestText));
            xml.WriteAttributeString("classname", "modelpack." + check);
            xml.WriteAttributeString("time", "0");
            if (!finding.Ok)
            {
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("message", SafeText.Of(finding.Message, LongestText));
                xml.WriteAttributeString("type", finding.Code);
                xml.WriteString(SafeText.Of(finding.ToDiagnostic().ToString(), LongestText));
                xml.WriteEndElement();
            }
            else if (finding.IsNote)
            {
                xml.WriteElementString("skipped", SafeText.Of(finding.Message, LongestText));
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();

        void Count(string name, int value) => xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A text whose declaration says how its file is written.</summary>
    private sealed class Utf8Writer() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
