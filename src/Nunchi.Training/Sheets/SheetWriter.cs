using System.Net;
using System.Text;

namespace Nunchi.Training.Sheets;

/// <summary>A self-contained HTML page of samples: pictures are data URIs, nothing is fetched.</summary>
internal sealed class SheetWriter
{
    private readonly StringBuilder _html = new();

    public SheetWriter(string title)
    {
        var escaped = WebUtility.HtmlEncode(title);
        _html.Append("<!doctype html><html lang=\"ko\"><head><meta charset=\"utf-8\"><title>").Append(escaped).Append("</title><style>")
            .Append("body{font:14px/1.45 system-ui,sans-serif;margin:24px;background:#f6f6f4;color:#1d1d1b}h1{font-size:18px}")
            .Append(".grid{display:flex;flex-wrap:wrap;gap:20px}.card{background:#fff;border:1px solid #ddd;border-radius:8px;padding:12px;max-width:640px}")
            .Append(".ask{font-weight:600}.right{color:#14743a}.wrong{color:#b3261e}.note{color:#666;font-size:12px}svg{display:block;max-width:100%}p{margin:6px 0;white-space:pre-wrap;overflow-wrap:anywhere}")
            .Append("</style></head><body><h1>").Append(escaped).Append("</h1><div class=\"grid\">");
    }

    /// <summary>Adds a sample; the content is HTML, escaped by its maker.</summary>
    public void Add(string content) => _html.Append("<div class=\"card\">").Append(content).Append("</div>");

    public string Finish() => _html.Append("</div></body></html>").ToString();
}
